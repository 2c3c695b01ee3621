package dev.sluice.job;

import dev.sluice.migration.MigrationId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The launches of one command that failed, so that the same failure is not tried for ever.
 *
 * <p>A launch that ended before its job began (no server, no lock) tells nothing of the job: it is
 * no repetition, and waiting for the server is what the retries are for.
 */
final class FailedLaunches {

  private final List<Failure> failures = new ArrayList<>();

  /**
   * @param step where; null: before the job began
   * @param progressed whether a chunk was committed in that launch
   */
  private record Failure(@Nullable String step, boolean progressed, String what) {

    static Failure of(Throwable error) {
      String what = Failures.withoutValues(error);
      return Failures.find(error, JobFailedException.class)
          .map(failed -> new Failure(failed.step(), failed.progressed(), what))
          .orElseGet(() -> new Failure(null, false, what));
    }

    boolean repeats(Failure earlier) {
      return !progressed && earlier.what.equals(what) && Objects.equals(earlier.step, step);
    }

    @Override
    public String toString() {
      return (step == null ? "before the job: " : "step " + step + ": ") + what;
    }
  }

  void add(Throwable error) {
    failures.add(Failure.of(error));
  }

  /** Whether the last two jobs failed alike, and the later one did nothing before it did. */
  boolean repeated() {
    List<Failure> inJobs = failures.stream().filter(failure -> failure.step() != null).toList();
    int count = inJobs.size();
    boolean lastInJob = count > 0 && failures.get(failures.size() - 1).step() != null;
    return lastInJob && count > 1 && inJobs.get(count - 1).repeats(inJobs.get(count - 2));
  }

  /** Whether this failure, added, would be a repetition. */
  boolean wouldBeRepeatedBy(Throwable error) {
    FailedLaunches with = new FailedLaunches();
    with.failures.addAll(failures);
    with.add(error);
    return with.repeated();
  }

  /** What was tried, for the operator; empty unless there was more than one launch. */
  Optional<String> summary() {
    if (failures.size() < 2) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder();
    text.append(
        repeated()
            ? "The same failure twice, at the same place and with no chunk done in between: not"
                + " launched again by itself. Tried:"
            : "Not launched again by itself after %d launches:".formatted(failures.size()));
    for (int i = 0; i < failures.size(); i++) {
      text.append("\n  launch ").append(i + 1).append(", ").append(failures.get(i));
    }
    return Optional.of(text.toString());
  }

  /** The result of the last of them. */
  RunResult result(MigrationId id, Exception last) {
    RunResult result = Failures.result(id, last);
    boolean failed = result.outcome() == Outcome.FAILED || result.outcome() == Outcome.HALF_APPLIED;
    return failed && result.bug() == null
        ? summary()
            .map(tried -> RunResult.of(id, result.outcome(), result.message() + "\n" + tried))
            .orElse(result)
        : result;
  }
}

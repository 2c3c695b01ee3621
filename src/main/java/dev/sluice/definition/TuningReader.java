package dev.sluice.definition;

import static dev.sluice.definition.DefinitionKeys.ROOT;

import dev.sluice.migration.ChunkPolicy;
import dev.sluice.migration.CleanupPolicy;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.RetryPolicy;
import dev.sluice.migration.Tuning;
import dev.sluice.migration.Undo;
import dev.sluice.migration.VerifyPolicy;
import dev.sluice.migration.VerifyPolicy.Differences;
import dev.sluice.migration.VerifyPolicy.Sample;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What may change between runs: {@code chunk}, {@code workers}, {@code throttle}, {@code retry},
 * {@code skip}, {@code verify}, and what follows a run.
 */
final class TuningReader {

  private static final Pattern WHOLE_NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,17}");

  private TuningReader() {}

  /**
   * @param usual what holds where a key is not given, or wrong
   */
  static Tuning tuning(Section root, Tuning usual) {
    int workers =
        root.get("workers")
            .map(value -> wholeNumber(value, 1, Tuning.WORKERS_MAX, usual.workers()))
            .orElse(usual.workers());
    int skip =
        root.get("skip")
            .map(value -> wholeNumber(value, 0, Tuning.SKIP_MAX, usual.skip()))
            .orElse(usual.skip());
    ThrottleReader throttle = new ThrottleReader(root.section(ROOT, "throttle"), usual.throttle());
    return new Tuning(
        chunk(root, usual.chunk()), workers, retry(root, usual.retry()), skip, throttle.read());
  }

  private static ChunkPolicy chunk(Section root, ChunkPolicy usual) {
    Section chunk = root.section(ROOT, "chunk");
    int rows =
        chunk
            .get("rows")
            .map(v -> wholeNumber(v, ChunkPolicy.ROWS_MIN, ChunkPolicy.ROWS_MAX, usual.rows()))
            .orElse(usual.rows());
    DurationValue.Range range =
        new DurationValue.Range(ChunkPolicy.TARGET_TIME_MIN, ChunkPolicy.TARGET_TIME_MAX);
    Duration targetTime =
        chunk
            .get("target-time")
            .map(v -> DurationValue.read(v, range, usual.targetTime()))
            .orElse(usual.targetTime());
    return new ChunkPolicy(rows, targetTime);
  }

  private static RetryPolicy retry(Section root, RetryPolicy usual) {
    Section retry = root.section(ROOT, "retry");
    int attempts =
        retry
            .get("attempts")
            .map(v -> wholeNumber(v, 1, RetryPolicy.ATTEMPTS_MAX, usual.attempts()))
            .orElse(usual.attempts());
    DurationValue.Range range =
        new DurationValue.Range(RetryPolicy.BACKOFF_MIN, RetryPolicy.BACKOFF_MAX);
    Duration backoff =
        retry
            .get("backoff")
            .map(v -> DurationValue.read(v, range, usual.backoff()))
            .orElse(usual.backoff());
    return new RetryPolicy(attempts, backoff);
  }

  static VerifyPolicy verify(Section root) {
    Section verify = root.section(ROOT, "verify");
    VerifyPolicy usual = VerifyPolicy.DEFAULT;
    return new VerifyPolicy(
        verify.get("sample").map(TuningReader::sample).orElse(usual.sample()),
        verify.get("differences").map(TuningReader::differences).orElse(usual.differences()));
  }

  private static Sample sample(Value value) {
    if ("all".equals(value.scalar())) {
      return new Sample.All();
    }
    String number = value.plainScalar();
    if (number != null && WHOLE_NUMBER.matcher(number).matches()) {
      long rows = Long.parseLong(number);
      if (rows >= 1 && rows <= Sample.Rows.ROWS_MAX) {
        return new Sample.Rows((int) rows);
      }
    }
    value.must("all or 1 to " + Sample.Rows.ROWS_MAX, "Remove it to compare all rows.");
    return VerifyPolicy.DEFAULT.sample();
  }

  static CleanupPolicy cleanup(Section root) {
    CleanupPolicy usual = CleanupPolicy.DEFAULT;
    DurationValue.Range range =
        new DurationValue.Range(CleanupPolicy.AFTER_MIN, CleanupPolicy.AFTER_MAX);
    return root.section(ROOT, "cleanup")
        .get("after")
        .map(value -> new CleanupPolicy(DurationValue.read(value, range, usual.after())))
        .orElse(usual);
  }

  static OnFailure onFailure(Section root, Undo undo) {
    OnFailure onFailure =
        root.get("on-failure").map(TuningReader::onFailure).orElse(OnFailure.STOP);
    if (onFailure == OnFailure.ROLLBACK && undo instanceof Undo.None) {
      root.get("on-failure")
          .ifPresent(
              value ->
                  value.problem(
                      "on-failure: rollback needs an undo; 'undo: none' says that there is none."));
    }
    return onFailure;
  }

  private static OnFailure onFailure(Value value) {
    if ("stop".equals(value.scalar())) {
      return OnFailure.STOP;
    }
    if ("rollback".equals(value.scalar())) {
      return OnFailure.ROLLBACK;
    }
    value.must("stop or rollback", "Remove it to use stop.");
    return OnFailure.STOP;
  }

  private static Differences differences(Value value) {
    if ("fail".equals(value.scalar())) {
      return Differences.FAIL;
    }
    if ("report".equals(value.scalar())) {
      return Differences.REPORT;
    }
    value.must("fail or report", "Remove it to use fail.");
    return VerifyPolicy.DEFAULT.differences();
  }

  /** Plain decimal only; {@code usual} if it is wrong, and that is reported. */
  static int wholeNumber(Value value, int min, int max, int usual) {
    String text = value.plainScalar();
    boolean isNumber = text != null && WHOLE_NUMBER.matcher(text).matches();
    long number = isNumber ? Long.parseLong(text) : 0;
    if (isNumber && number >= min && number <= max) {
      return (int) number;
    }
    value.must(
        "%s%d to %d".formatted(isNumber ? "" : "a plain whole number, ", min, max),
        "Remove it to use %d.".formatted(usual));
    return usual;
  }
}

package dev.sluice.job;

import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.Tuning;
import dev.sluice.monitoring.EarlierRun;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a run may take, said before it begins: by how fast the fastest of late was here, and by
 * what its throttle allows. Only the chunks: what waits, and verification, come on top.
 */
final class DurationEstimate {

  /** Of one worker on common hardware, with two indexes to be kept; from the benchmark, halved. */
  private static final long GUESS_ROWS_PER_SECOND = 50_000;

  private DurationEstimate() {}

  /**
   * One clause for an operator: {@code about 34 s at 117,800 rows/s, as 0001_split did on this
   * database}.
   *
   * @param earlier empty: nothing ran here yet
   */
  static String text(long rows, Tuning tuning, Optional<EarlierRun> earlier) {
    long unhindered =
        earlier.map(EarlierRun::rowsPerSecond).orElse(GUESS_ROWS_PER_SECOND * tuning.workers());
    String basis =
        earlier
            .map(run -> "as %s did on this database".formatted(run.job()))
            .orElse("a guess, nothing ran on this database yet");
    ThrottlePolicy.Speed speed = tuning.throttle().speed();
    long paused = withPauses(unhindered, tuning);
    long rate = paused;
    if (paused < unhindered) {
      basis = "with throttle.pause after each chunk";
    }
    if (speed.rowsPerSecond() > 0 && speed.rowsPerSecond() < rate) {
      rate = speed.rowsPerSecond();
      basis = "as throttle.rows-per-second allows";
    }
    String window =
        tuning.throttle().window() == null
            ? ""
            : ", and the time outside the window " + tuning.throttle().window();
    return "about %s at %,d rows/s, %s%s"
        .formatted(TimeText.of(Duration.ofSeconds(Math.max(1, rows / rate))), rate, basis, window);
  }

  /**
   * Each worker rests after each chunk. No more than that bound is taken off: an earlier run's
   * speed has its own rests in it.
   */
  private static long withPauses(long rowsPerSecond, Tuning tuning) {
    double restSeconds = tuning.throttle().speed().pause().toNanos() / 1e9;
    double chunkRows = tuning.pacedChunk().rows();
    double most = chunkRows * tuning.workers() / restSeconds; // without rest: infinite
    return Math.max(1, Math.round(Math.min((double) rowsPerSecond, most)));
  }
}

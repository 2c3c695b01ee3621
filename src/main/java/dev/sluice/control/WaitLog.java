package dev.sluice.control;

import dev.sluice.control.Steered.Waiting;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.TimeWindow;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that a launch waits, and once that it goes on; in between, each hour, a warning that
 * may call a person, but for a window, which opens when it does. A pause between two chunks is no
 * wait: only where nothing has been done for a second. Used by one thread.
 */
final class WaitLog {

  private static final Logger log = LoggerFactory.getLogger(WaitLog.class);

  private static final Duration TOLD_AFTER = Duration.ofSeconds(1);
  private static final Duration WARNED_EVERY = Duration.ofHours(1);

  private final MigrationId id;
  private @Nullable String signal;
  private Instant since = Instant.EPOCH;
  private long rows;
  private boolean told;
  private int warnings;

  WaitLog(MigrationId id) {
    this.id = id;
  }

  /**
   * @param waiting null: it does not wait
   * @param rowsDone all so far
   */
  void saw(@Nullable Waiting waiting, long rowsDone, Instant now) {
    boolean goesOn = waiting == null || rowsDone != rows;
    if (goesOn && told) {
      log.info("run.goes-on migration={} waited={}s", id, Duration.between(since, now).toSeconds());
    }
    if (waiting == null || goesOn || !waiting.signal().equals(signal)) {
      signal = waiting == null ? null : waiting.signal();
      since = now;
      rows = rowsDone;
      told = false;
      warnings = 0;
    } else {
      lasts(waiting, Duration.between(since, now));
    }
  }

  private void lasts(Waiting waiting, Duration waited) {
    if (!told && waited.compareTo(TOLD_AFTER) >= 0) {
      log.info("run.waiting migration={} reason={}", id, waiting.reason());
      told = true;
    }
    if (!waiting.signal().equals(TimeWindow.SIGNAL)
        && waited.compareTo(WARNED_EVERY.multipliedBy(warnings + 1L)) >= 0) {
      log.warn(
          "run.waits-long migration={} waited={}s reason={}",
          id,
          waited.toSeconds(),
          waiting.reason());
      warnings++;
    }
  }
}

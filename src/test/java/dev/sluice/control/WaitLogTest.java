package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.sluice.control.Steered.Waiting;
import dev.sluice.migration.MigrationId;
import dev.sluice.testing.LoggedLines;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WaitLogTest {

  private static final Instant START = Instant.parse("2026-11-21T18:00:00Z");
  private static final Waiting LAG = new Waiting("replica lag", "replica lag 3.2 s > 2.0 s");
  private static final Waiting MORE_LAG = new Waiting("replica lag", "replica lag 3.4 s > 2.0 s");

  @RegisterExtension private final LoggedLines lines = new LoggedLines(WaitLog.class);
  private final WaitLog log = new WaitLog(new MigrationId("0001_split"));

  private void saw(@Nullable Waiting waiting, long rows, long millis) {
    log.saw(waiting, rows, START.plusMillis(millis));
  }

  @Test
  void aWaitIsToldOnceAndItsEndOnce() {
    saw(null, 1000, 0);
    for (long millis = 250; millis <= 12_250; millis += 250) {
      saw(millis < 6000 ? LAG : MORE_LAG, 1000, millis);
    }
    saw(null, 1000, 12_500);
    saw(null, 2000, 12_750);

    assertThat(lines.all())
        .containsExactly(
            "run.waiting migration=0001_split reason=replica lag 3.2 s > 2.0 s",
            "run.goes-on migration=0001_split waited=12s");
  }

  @Test
  void aWaitOfHoursIsWarnedOfEachHour() {
    for (long minutes = 0; minutes <= 150; minutes++) {
      saw(LAG, 1000, minutes * 60_000);
    }
    saw(null, 2000, 151 * 60_000);
    for (long minutes = 152; minutes <= 213; minutes++) {
      saw(LAG, 2000, minutes * 60_000);
    }

    assertThat(lines.of(Level.WARN))
        .containsExactly(
            "run.waits-long migration=0001_split waited=3600s reason=replica lag 3.2 s > 2.0 s",
            "run.waits-long migration=0001_split waited=7200s reason=replica lag 3.2 s > 2.0 s",
            "run.waits-long migration=0001_split waited=3600s reason=replica lag 3.2 s > 2.0 s");
  }

  @Test
  void theHoursOfAWindowNeedNobody() {
    for (long hours = 0; hours <= 20; hours++) {
      saw(new Waiting("window", "outside the window"), 1000, hours * 3_600_000);
    }

    assertThat(lines.all())
        .containsExactly("run.waiting migration=0001_split reason=outside the window");
  }

  @Test
  void aPauseBetweenTwoChunksIsNone() {
    for (long millis = 0; millis <= 60_000; millis += 250) {
      saw(new Waiting("rows per second", "5,000 rows/s"), millis, millis);
    }

    assertThat(lines.all()).isEmpty();
  }
}

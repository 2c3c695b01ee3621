package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.DataSize;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.ThrottlePolicy.Wal;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SeparateServer;
import dev.sluice.testing.StandbyServer;
import dev.sluice.testing.TestDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** A real standby whose replay is paused, and a real archive that takes nothing. */
class WalSignalsIT {

  private static final ThrottlePolicy TIME = limits(Duration.ofMinutes(1), DataSize.ZERO, 0);
  private static final ThrottlePolicy SIZE = limits(Duration.ZERO, DataSize.of(256, "kB"), 0);
  private static final ThrottlePolicy FILES = limits(Duration.ZERO, DataSize.ZERO, 1);

  private static ThrottlePolicy limits(Duration lag, DataSize size, int files) {
    return ThrottlePolicy.DEFAULT.withWal(new Wal(lag, size, DataSize.ZERO, files));
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#embeddedOldest")
  void theLagOfAStandbyGrowsWhileItsReplayIsPaused(boolean oldest) {
    AtomicLong skippedNanos = new AtomicLong();
    ReplicaLag signal = new ReplicaLag(() -> System.nanoTime() + skippedNanos.get());
    try (SeparateServer primary = PostgresServer.startEmbedded(oldest, Map.of());
        StandbyServer standby = StandbyServer.of(primary, "replica1");
        TestDatabase database = primary.newDatabase()) {
      JdbcTemplate jdbc = new JdbcTemplate(database.dataSource());
      Awaitility.await("a standby that has caught up")
          .until(() -> signal.read(jdbc, SIZE).isEmpty());
      standby.pauseReplay();
      database.execute(
          "CREATE TABLE filler AS SELECT repeat('x', 100) FROM generate_series(1, 10000)");
      assertThat(signal.read(jdbc, TIME)).as("not long enough").isEmpty();
      assertThat(signal.read(jdbc, SIZE))
          .hasValueSatisfying(
              reason ->
                  assertThat(reason)
                      .matches("replica lag [0-9.]+ MB > 256 kB \\(standby 'replica1'\\)"));

      skippedNanos.set(Duration.ofMinutes(5).toNanos());
      assertThat(signal.read(jdbc, TIME))
          .hasValue("replica lag 5 min > 60.0 s (standby 'replica1')");
      skippedNanos.set(Duration.ofMinutes(7).toNanos());
      assertThat(signal.read(jdbc, TIME))
          .as("grows, with nothing written")
          .hasValue("replica lag 7 min > 60.0 s (standby 'replica1')");

      standby.resumeReplay();
      Awaitility.await("a standby that has caught up")
          .until(() -> signal.read(jdbc, TIME).isEmpty() && signal.read(jdbc, SIZE).isEmpty());
    }
  }

  @Test
  void anArchiveThatTakesNothingIsTold() {
    try (SeparateServer server = PostgresServer.startEmbedded(false, Map.of("archive_mode", "on"));
        TestDatabase database = server.newDatabase()) {
      JdbcTemplate jdbc = new JdbcTemplate(database.dataSource());
      archiveBy(database, "false");
      switchWal(database);
      Optional<String> failing =
          Awaitility.await("a failed attempt")
              .until(() -> new ArchiveBacklog().read(jdbc, FILES), Optional::isPresent);
      assertThat(failing)
          .hasValue("the archive takes no WAL, the last attempt failed (1 files wait)");
      switchWal(database);
      Awaitility.await("a second file")
          .until(
              () ->
                  new ArchiveBacklog()
                      .read(jdbc, FILES)
                      .equals(Optional.of("2 files of WAL wait to be archived > 1")));

      archiveBy(database, "true");
      Awaitility.await("an empty archive queue")
          .atMost(Duration.ofMinutes(2))
          .until(() -> new ArchiveBacklog().read(jdbc, FILES).isEmpty());
    }
  }

  private static void archiveBy(TestDatabase database, String command) {
    database.execute("ALTER SYSTEM SET archive_command = '%s'".formatted(command));
    database.execute("SELECT pg_reload_conf()");
  }

  private static void switchWal(TestDatabase database) {
    database.execute("CREATE TABLE IF NOT EXISTS filler (); INSERT INTO filler DEFAULT VALUES");
    database.execute("SELECT pg_switch_wal()");
  }
}

package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.sluice.control.CommandWatch;
import dev.sluice.control.LiveControl;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Tuning;
import dev.sluice.testing.LoggedLines;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SteeringIT {

  private static final MigrationId ID = new MigrationId("0001_split");

  private final StopSignal stop = new StopSignal();
  private TestDatabase database;
  private RunnerLock lock;
  private Steering steering;

  @RegisterExtension private final LoggedLines lines = new LoggedLines(CommandWatch.class);

  @BeforeEach
  void start() throws Exception {
    database = PostgresServer.newest().newDatabase();
    new SluiceSchema(database.dataSource()).upgrade(stop);
    lock = RunnerLock.tryTake(database.dataSource(), ID, "c0ffee", "test").orElseThrow();
    steering =
        new Steering(
            JobEnvironment.of(database.dataSource()),
            Steering.Kind.RUN,
            lock,
            lock.epoch().number(),
            stop,
            Tuning.DEFAULT);
  }

  @AfterEach
  void end() {
    steering.close();
    lock.close();
    database.close();
  }

  /** The throttle has sent them away, and calls them back when the server bears it. */
  @Test
  void aTuneThatIsNotAboutWorkersBringsNoneBack() {
    try (Workers workers = new Workers(4)) {
      steering.begins(workers);
      workers.resize(1);

      steering.tune(LiveSettings.parse(List.of("chunk.rows=200")));
      assertThat(workers.count()).isEqualTo(1);
      steering.tune(LiveSettings.parse(List.of("chunk.rows=200", "workers=3")));
      assertThat(workers.count()).isEqualTo(3);
    }
  }

  @Test
  void commandsThatCannotBeReadForALongTimeAreToldAndObeyedLater() {
    steering.listen();
    steering.begins(null);
    database.execute("ALTER TABLE sluice.command RENAME TO hidden");
    Awaitility.await("told").until(() -> !lines.of(Level.WARN).isEmpty());
    assertThat(lines.of(Level.WARN).get(0))
        .startsWith("control.unread migration=0001_split commands of operators cannot be read: ")
        .contains("sluice.command");
    database.execute("ALTER TABLE sluice.hidden RENAME TO command");

    LiveControl anna = new LiveControl(database.dataSource(), new StopSignal(), "anna");
    anna.tune(ID, LiveSettings.parse(List.of("chunk.rows=200")));
    Awaitility.await("obeyed").until(() -> steering.tuning().now().chunk().rows() == 200);
  }
}

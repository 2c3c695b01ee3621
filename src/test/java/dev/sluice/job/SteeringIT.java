package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.RunnerLock;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Tuning;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

class SteeringIT {

  private static final MigrationId ID = new MigrationId("0001_split");

  /** The throttle has sent them away, and calls them back when the server bears it. */
  @Test
  void aTuneThatIsNotAboutWorkersBringsNoneBack() throws Exception {
    StopSignal stop = new StopSignal();
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      new SluiceSchema(database.dataSource()).upgrade(stop);
      try (RunnerLock lock =
              RunnerLock.tryTake(database.dataSource(), ID, "c0ffee", "test").orElseThrow();
          Steering steering =
              new Steering(
                  JobEnvironment.of(database.dataSource()),
                  Steering.Kind.RUN,
                  lock,
                  lock.epoch().number(),
                  stop,
                  Tuning.DEFAULT);
          Workers workers = new Workers(4)) {
        steering.begins(workers);
        workers.resize(1);

        steering.tune(LiveSettings.parse(List.of("chunk.rows=200")));
        assertThat(workers.count()).isEqualTo(1);
        steering.tune(LiveSettings.parse(List.of("chunk.rows=200", "workers=3")));
        assertThat(workers.count()).isEqualTo(3);
      }
    }
  }
}

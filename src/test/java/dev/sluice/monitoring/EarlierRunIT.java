package dev.sluice.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.SluiceSchema;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** Which launch an estimate goes by. */
class EarlierRunIT {

  private TestDatabase database;
  private int launches;

  @BeforeEach
  void start() {
    database = PostgresServer.newest().newDatabase();
    new SluiceSchema(database.dataSource()).upgrade(duration -> {});
  }

  @AfterEach
  void end() {
    database.close();
  }

  /** Two partitions, one after the other, that were at it for so many seconds in all. */
  private void launched(String job, int rows, int seconds) {
    launches++;
    database.execute(
        """
        INSERT INTO sluice.batch_job_instance (job_instance_id, version, job_name, job_key)
        VALUES (%1$d, 0, '%2$s', '%1$d');
        INSERT INTO sluice.batch_job_execution (job_execution_id, job_instance_id, create_time)
        VALUES (%1$d, %1$d, now());
        INSERT INTO sluice.batch_step_execution (step_execution_id, version, step_name,
          job_execution_id, create_time, start_time, end_time, read_count)
        SELECT %1$d * 10 + part, 0, 'chunks:p00' || part, %1$d, now(),
               timestamp '2026-11-21 12:00' + part * interval '%4$d s' / 2,
               timestamp '2026-11-21 12:00' + (part + 1) * interval '%4$d s' / 2,
               %3$d / 2
        FROM generate_series(0, 1) AS part
        """
            .formatted(launches, job, rows, seconds));
  }

  private Optional<EarlierRun> found() {
    return EarlierRun.find(new JdbcTemplate(database.dataSource()));
  }

  @Test
  void tooFewRowsOrAWayBackTellNothing() {
    launched("0001_small", 9_998, 1);
    launched("0001_small.rollback", 1_000_000, 1);
    assertThat(found()).isEmpty();
    launched("0002_enough", 10_000, 2);
    assertThat(found()).hasValue(new EarlierRun("0002_enough", 5_000));
  }

  @Test
  void oneThatWaitedOverNightDoesNotCountBesideOneThatDidNot() {
    launched("0001_split", 1_000_000, 10);
    launched("0002_paused", 1_000_000, 40_000);
    assertThat(found()).hasValue(new EarlierRun("0001_split", 100_000));
  }

  @Test
  void onlyTheLastFiveCount() {
    launched("0001_longAgo", 1_000_000, 1);
    for (int launch = 0; launch < 5; launch++) {
      launched("0002_late", 10_000, 10);
    }
    assertThat(found()).hasValue(new EarlierRun("0002_late", 1_000));
  }
}

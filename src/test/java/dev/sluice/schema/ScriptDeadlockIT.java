package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Script.Kind;
import dev.sluice.testing.PostgresServer;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A script that locks two tables, and an application that uses both the other way round and queues
 * up behind the script: the one that must give way is the script.
 */
class ScriptDeadlockIT {

  /** In the server: the script waits for a tenth of a second, and may be over for a slow client. */
  private static final String UNTIL_SOMEBODY_WAITS =
      """
      DO $$ BEGIN
        WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP
          PERFORM pg_sleep(0.001);
        END LOOP;
      END $$
      """;

  private final ScriptTrial trial = new ScriptTrial(PostgresServer.newest());

  @BeforeEach
  void createTables() {
    trial.database.execute(
        """
        CREATE TABLE a (id int PRIMARY KEY, b_id int);
        CREATE TABLE b (id int PRIMARY KEY);
        """);
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1000 | 100 | ALTER TABLE a ADD COLUMN c int; ALTER TABLE b ADD COLUMN c int",
        "1000 | 700 | ALTER TABLE a ADD COLUMN c int; ALTER TABLE b ADD COLUMN c int",
        "1000 | 700 | ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b NOT VALID",
        "200  | 120 | ALTER TABLE a ADD COLUMN c int; ALTER TABLE b ADD COLUMN c int",
        "200  | 120 | ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b NOT VALID",
      })
  void theApplicationGetsNoDeadlock(int deadlockTimeout, int readMillis, String script)
      throws Exception {
    trial.database.execute(
        "ALTER DATABASE %s SET deadlock_timeout = '%dms'"
            .formatted(trial.database.name(), deadlockTimeout));
    try (Connection report = trial.holding("report", "LOCK TABLE a IN ROW EXCLUSIVE MODE");
        Connection application = trial.holding("application", "INSERT INTO b VALUES (1)")) {
      CompletableFuture<Void> waiting =
          CompletableFuture.runAsync(() -> trial.database.execute(UNTIL_SOMEBODY_WAITS));
      CompletableFuture<Void> run =
          CompletableFuture.runAsync(
              () ->
                  assertThatThrownBy(
                          () ->
                              trial.run(
                                  Kind.CONSTRAIN_UP,
                                  script,
                                  ScriptTrial.NO_WAIT,
                                  ScriptSettings.DEFAULT.withAttempts(1)))
                      .isInstanceOf(ScriptException.class));
      Awaitility.await().pollInterval(Duration.ofMillis(5)).until(waiting::isDone);
      CompletableFuture<Void> use =
          CompletableFuture.runAsync(
              () -> ScriptTrial.execute(application, "INSERT INTO a VALUES (1, 1)"));
      Awaitility.await().pollDelay(Duration.ofMillis(readMillis)).until(() -> true);
      ScriptTrial.commit(report);

      use.join(); // without 40P01
      ScriptTrial.commit(application);
      run.join();
    }
    assertThat(trial.database.count("a JOIN b ON b_id = b.id")).isEqualTo(1);
  }
}

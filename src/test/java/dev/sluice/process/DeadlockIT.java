package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application that closes every cycle with our chunks that it can, and never gets the error.
 *
 * <p>Row locks alone make no cycle, because they are skipped. So the application holds what a chunk
 * must wait for (the row that a foreign key refers to, a value of a unique index, the table) and
 * then waits for rows of that chunk. Among themselves its sessions make no cycle.
 */
class DeadlockIT {

  private static final String ID = "0001_customer";

  /** Rows that the run has still to do; a rollback, those that are not so. */
  private static final String BEFORE = "customer_id IS DISTINCT FROM legacy";

  private static final String DONE = "customer_id = legacy";

  private static final String YAML =
      """
      table: orders
      where: customer_id IS DISTINCT FROM legacy
      set: {customer_id: legacy, code: "'code ' || id"}
      chunk: {rows: 100}
      workers: 2
      retry: {attempts: 100, backoff: 50ms}
      """;

  private static final int ORDERS_PER_SECOND = 400;

  private static final int CUSTOMERS = 40;
  private static final int SESSIONS = 4;
  private static final Duration RUN_MAX = Duration.ofMinutes(5);

  @TempDir private Path jobs;

  @Test
  void theApplicationGetsNoDeadlock() throws Exception {
    run(Duration.ofSeconds(10), Duration.ofSeconds(1));
  }

  /** A chunk must be over within a tenth of a second, and so becomes very small. */
  @Test
  void theApplicationGetsNoDeadlockWhereItLooksForOneAfter200Millis() throws Exception {
    run(Duration.ofSeconds(5), Duration.ofMillis(200));
  }

  @Test
  void theApplicationGetsNoDeadlockFromARollback() throws Exception {
    rollback(Duration.ofSeconds(5), Duration.ofSeconds(1));
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
  void theApplicationGetsNoDeadlockInThreeMinutes() throws Exception {
    run(Duration.ofMinutes(3), Duration.ofSeconds(1));
    rollback(Duration.ofMinutes(1), Duration.ofMillis(200));
  }

  private void run(Duration time, Duration deadlockTimeout) throws Exception {
    try (TestDatabase database = database(deadlockTimeout);
        RunWatch watch = new RunWatch(database, ID)) {
      createTables(database, orders(time, deadlockTimeout));
      Migrations migrations = new Migrations(jobs, database).define(ID, YAML);
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitRowsWritten(1, process);
        closeCycles(database, watch, process, time, BEFORE);
      }
      assertThat(database.count("orders WHERE customer_id IS DISTINCT FROM legacy")).isZero();
      assertThat(deadlocksFound(watch)).as("deadlocks that the server found").isZero();
    }
  }

  private void rollback(Duration time, Duration deadlockTimeout) throws Exception {
    try (TestDatabase database = database(deadlockTimeout);
        RunWatch watch = new RunWatch(database, ID)) {
      createTables(database, orders(time, deadlockTimeout));
      // values to go back to, which the foreign key is asked for
      database.execute("UPDATE orders SET customer_id = (legacy + 1) %% %d".formatted(CUSTOMERS));
      Migrations migrations =
          new Migrations(jobs, database)
              .write(ID, "migration.yaml", "description: There and back\nundo: journal\n" + YAML);
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
      try (SluiceProcess process = migrations.command("rollback", ID).start()) {
        watch.await("rows put back", process, () -> database.count("orders WHERE " + BEFORE) > 0);
        closeCycles(database, watch, process, time, DONE);
      }
      assertThat(database.count("orders WHERE code IS NOT NULL AND id > 0")).isZero();
      assertThat(deadlocksFound(watch)).as("deadlocks that the server found").isZero();
    }
  }

  private static TestDatabase database(Duration deadlockTimeout) {
    TestDatabase database = PostgresServer.newest().newDatabase();
    database.execute(
        "ALTER DATABASE %s SET deadlock_timeout = %d"
            .formatted(database.name(), deadlockTimeout.toMillis()));
    return database;
  }

  /** So many that the run lasts as long as the application, held up as it is. */
  private static int orders(Duration time, Duration deadlockTimeout) {
    long perSecond = ORDERS_PER_SECOND * deadlockTimeout.toMillis() / 1000;
    return Math.toIntExact(perSecond * time.toSeconds());
  }

  private static void closeCycles(
      TestDatabase database, RunWatch watch, SluiceProcess process, Duration time, String stillToDo)
      throws Exception {
    try (Application application = new Application(database)) {
      for (int number = 0; number < SESSIONS; number++) {
        int session = number;
        application.session(number, (sql, random) -> closeCycle(sql, random, session, stillToDo));
      }
      Awaitility.await().pollDelay(time).atMost(time.plusMinutes(1)).until(() -> true);
      application.end();
      assertThat(process.waitFor(RUN_MAX)).as("%s", process).isZero();
      long rollbacks = rollbacks(watch);
      System.out.printf(
          "DeadlockIT: %d s, %,d transactions of the application, %d chunks gave way, %d in the"
              + " sweep%n",
          time.toSeconds(),
          application.transactions(),
          rollbacks,
          process.err().lines().filter(line -> line.contains("rollback step=sweep")).count());
      assertThat(rollbacks).as("chunks that gave way").isPositive();
    }
  }

  private static void createTables(TestDatabase database, int orders) {
    database.execute(
        """
        CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
        INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(0, %d) AS n;
        CREATE TABLE orders (
          id          bigint PRIMARY KEY,
          legacy      int NOT NULL,
          customer_id int REFERENCES customer,
          code        text UNIQUE,
          note        text);
        INSERT INTO orders (id, legacy) SELECT n, n %% %d FROM generate_series(1, %d) AS n;
        """
            .formatted(CUSTOMERS - 1, CUSTOMERS, orders));
    database.execute("ANALYZE customer, orders");
  }

  /** Takes what a chunk will wait for; then waits for what the chunk has. */
  private static void closeCycle(Statement sql, Random random, int session, String stillToDo)
      throws SQLException {
    long order = nextOrder(sql, random, stillToDo);
    switch (random.nextInt(4)) {
      case 0, 1 -> {
        int customer = random.nextInt(CUSTOMERS / SESSIONS) * SESSIONS + session;
        sql.execute("SELECT FROM customer WHERE id = " + customer + " FOR UPDATE");
        pause(sql, random);
        update(sql, order);
      }
      case 2 -> {
        sql.execute(
            "INSERT INTO orders (id, legacy, code) VALUES (%d, 0, 'code %d') ON CONFLICT DO NOTHING"
                .formatted(-1 - session, order + SESSIONS));
        pause(sql, random);
        update(sql, order);
        sql.getConnection().rollback();
      }
      default -> {
        int customer = random.nextInt(CUSTOMERS / SESSIONS) * SESSIONS + session;
        sql.execute("SELECT FROM customer WHERE id = " + customer + " FOR UPDATE");
        pause(sql, random);
        sql.execute("LOCK TABLE orders IN SHARE MODE");
      }
    }
    sql.getConnection().commit();
    pause(sql, random);
  }

  /** One that is in a chunk now, or in the next: near the front of what is left. */
  private static long nextOrder(Statement sql, Random random, String stillToDo)
      throws SQLException {
    try (var rs =
        sql.executeQuery(
            "SELECT id FROM orders WHERE %s AND id > 0 ORDER BY id OFFSET %d LIMIT 1"
                .formatted(stillToDo, random.nextInt(100)))) {
      return rs.next() ? rs.getLong(1) : 1;
    }
  }

  private static void update(Statement sql, long order) throws SQLException {
    sql.execute("UPDATE orders SET note = 'seen' WHERE id = " + order);
  }

  private static void pause(Statement sql, Random random) throws SQLException {
    sql.execute("SELECT pg_sleep(%.3f)".formatted(random.nextDouble(0.3)));
  }

  private static long rollbacks(RunWatch watch) {
    return watch
        .jdbc()
        .sql("SELECT sum(rollback_count) FROM sluice.batch_step_execution")
        .query(Long.class)
        .single();
  }

  private static long deadlocksFound(RunWatch watch) {
    return watch
        .jdbc()
        .sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        .query(Long.class)
        .single();
  }
}

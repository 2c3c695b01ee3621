package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.control.StopSignal;
import dev.sluice.definition.MigrationFolders;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.Outcome;
import dev.sluice.job.RunResult;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.CancellableDataSource;
import dev.sluice.postgres.ConnectionPool;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each kind of key, in pages of 100 rows, ended in the middle and gone on with: every row is done
 * once, by the pages alone. What a page lost, the sweep would find; so it must find nothing.
 */
class KeyTypesIT {

  private static final Map<PostgresServer, Program> PROGRAMS = new HashMap<>();

  private static final boolean TORTURE = Boolean.getBoolean("sluice.torture");

  @TempDir private Path jobs;

  /** The program in this process, and one database for all types. */
  private record Program(TestDatabase database, CancellableDataSource pool) {

    static Program start(PostgresServer server) {
      TestDatabase database = server.newDatabase();
      database.execute(
          """
          CREATE FUNCTION count_update() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            NEW.updates := OLD.updates + 1;
            RETURN NEW;
          END $$;
          CREATE TABLE broken (n int);
          CREATE FUNCTION next_number(number int) RETURNS int STABLE LANGUAGE plpgsql AS $$
          BEGIN
            IF EXISTS (SELECT FROM broken WHERE broken.n = number) THEN
              RAISE EXCEPTION 'not yet' USING ERRCODE = 'check_violation';
            END IF;
            RETURN number + 1;
          END $$;
          """);
      HikariDataSource target = new HikariDataSource();
      target.setJdbcUrl(database.url());
      target.setUsername(server.user());
      target.setPassword(server.password());
      return new Program(database, ConnectionPool.of(target));
    }

    RunResult run(DataMigration migration, @Nullable RowTransformer transformer, StopSignal stop) {
      return MigrationRunner.on(pool).run(new LoadedMigration(migration, transformer), stop);
    }
  }

  static Stream<Arguments> keyTypesOnAllServers() {
    return PostgresServer.all().stream()
        .flatMap(server -> KeyType.all().stream().map(type -> Arguments.of(type, server)));
  }

  @AfterAll
  static void stop() {
    PROGRAMS.values().forEach(program -> program.pool().close());
    PROGRAMS.values().forEach(program -> program.database().close());
    PROGRAMS.clear();
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("keyTypesOnAllServers")
  void eachRowIsDoneOnceThroughARestart(KeyType type, PostgresServer server) {
    Program program = PROGRAMS.computeIfAbsent(server, Program::start);
    if (!type.setup().isEmpty()) {
      program.database().execute(type.setup());
    }
    set(type, program);
    if (TORTURE || server.equals(PostgresServer.newest())) {
      transform(type, program);
    }
  }

  /** The row in the middle fails until it is repaired. */
  private void set(KeyType type, Program program) {
    program.database().execute(type.createTable("set"));
    DataMigration migration = define(type, program, "set", "set: {done: next_number(n)}");
    int middle = type.rowsInAll() / 2;
    program.database().execute("INSERT INTO broken VALUES (" + middle + ")");
    RunResult first = program.run(migration, null, new StopSignal());
    assertThat(first.outcome()).as("%s", first).isEqualTo(Outcome.FAILED);
    assertThat(first.message()).contains("a trigger or function of the database refuses the row");
    assertIsInTheMiddle(type, program, "set");

    program.database().execute("DELETE FROM broken");
    RunResult second = program.run(migration, null, new StopSignal());
    assertThat(second.outcome()).as("%s", second).isEqualTo(Outcome.COMPLETED);
    assertEachRowIsDoneOnce(type, program, "set");
  }

  /** Stopped after half of the rows. */
  private void transform(KeyType type, Program program) {
    program.database().execute(type.createTable("transform"));
    DataMigration migration =
        define(
            type, program, "transform", "transform: {class: NextNumber, read: [n], write: [done]}");
    StopSignal stop = new StopSignal();
    AtomicInteger rows = new AtomicInteger();
    RowTransformer stopping =
        row -> {
          if (rows.incrementAndGet() == type.rowsInAll() / 2) {
            stop.stop();
          }
          new NextNumber().transform(row);
        };
    RunResult first = program.run(migration, stopping, stop);
    assertThat(first.outcome()).as("%s", first).isEqualTo(Outcome.STOPPED);
    assertIsInTheMiddle(type, program, "transform");

    RunResult second = program.run(migration, new NextNumber(), new StopSignal());
    assertThat(second.outcome()).as("%s", second).isEqualTo(Outcome.COMPLETED);
    assertEachRowIsDoneOnce(type, program, "transform");
  }

  /** A transform from the class path. */
  public static final class NextNumber implements RowTransformer {
    @Override
    public void transform(Row row) {
      row.set("done", ((Integer) Objects.requireNonNull(row.get("n"))) + 1);
    }
  }

  private DataMigration define(KeyType type, Program program, String change, String yaml) {
    new Migrations(jobs, program.database())
        .define(
            id(type, change),
            """
            table: '%s'
            where: done IS NULL
            chunk: {rows: 100}
            workers: 1
            """
                    .formatted(type.table(change))
                + yaml.replace("NextNumber", NextNumber.class.getName()));
    return (DataMigration) new MigrationFolders(jobs).load(new MigrationId(id(type, change)));
  }

  private static String id(KeyType type, String change) {
    return "%s_%s_%s"
        .formatted(
            change.equals("set") ? "0001" : "0002", type.name().toLowerCase(Locale.ROOT), change);
  }

  /** With how many rows done is chance: partitions run in any order. */
  private static void assertIsInTheMiddle(KeyType type, Program program, String change) {
    assertThat(program.database().count(type.table(change) + " WHERE done IS NOT NULL"))
        .as("rows done")
        .isLessThan(type.rowsInAll());
  }

  private static void assertEachRowIsDoneOnce(KeyType type, Program program, String change) {
    TestDatabase database = program.database();
    String table = type.table(change);
    assertThat(database.count(table)).isEqualTo(type.rowsInAll());
    assertThat(database.count(table + " WHERE done IS DISTINCT FROM n + 1")).isZero();
    assertThat(database.count(table + " WHERE updates <> 1")).as("rows done twice").isZero();
    assertThat(rowsWritten(database, id(type, change), "sweep"))
        .as("rows left to the sweep")
        .isZero();
    assertThat(rowsWritten(database, id(type, change), "chunks:%")).isEqualTo(type.rowsInAll());
  }

  private static long rowsWritten(TestDatabase database, String id, String step) {
    return database
        .jdbc()
        .sql(
            """
            SELECT coalesce(sum(s.write_count), 0)
            FROM sluice.batch_step_execution s
            JOIN sluice.batch_job_execution e USING (job_execution_id)
            JOIN sluice.batch_job_instance i USING (job_instance_id)
            WHERE i.job_name = ?
              AND s.step_name LIKE ?
            """)
        .params(id, step)
        .query(Long.class)
        .single();
  }
}

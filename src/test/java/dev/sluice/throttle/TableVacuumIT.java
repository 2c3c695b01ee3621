package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.sluice.migration.TableName;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.testing.LoggedLines;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SeparateServer;
import dev.sluice.testing.TestDatabase;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** A real autovacuum against wraparound, on a server that has used up its transaction numbers. */
class TableVacuumIT {

  private static final TableName PARENT = TableName.parse("\"Order\"");

  @RegisterExtension private final LoggedLines lines = new LoggedLines(TableVacuum.class);

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#embeddedOldest")
  void anyRoleSeesItOnAPartitionOfTheTable(boolean oldest) {
    try (SeparateServer server =
            PostgresServer.startEmbedded(oldest, Map.of("autovacuum_naptime", "1s"));
        TestDatabase database = server.newDatabase()) {
      database.execute(
          """
          CREATE ROLE plain LOGIN PASSWORD 'plain';
          CREATE TABLE "Order" (id int, note text) PARTITION BY RANGE (id);
          CREATE TABLE "Order1" PARTITION OF "Order" FOR VALUES FROM (0) TO (1000000)
            WITH (autovacuum_enabled = off, -- but against wraparound, which nothing turns off
                  autovacuum_freeze_max_age = 100000, autovacuum_vacuum_cost_delay = 100,
                  autovacuum_vacuum_cost_limit = 1);
          INSERT INTO "Order" SELECT n, repeat('x', 200) FROM generate_series(1, 50000) AS n
          """);
      TableVacuum signal = new TableVacuum(PARENT);
      assertThat(read(signal, superuser(database))).isEmpty();

      database
          .jdbc()
          .sql(
              """
              DO $$ BEGIN
                SET synchronous_commit = off;
                FOR i IN 1 .. 100100 LOOP
                  PERFORM pg_current_xact_id();
                  COMMIT;
                END LOOP;
              END $$
              """)
          .update();

      String named = "autovacuum \\(process [0-9]+\\) works on \"Order1\" to prevent wraparound";
      Optional<String> reason =
          Awaitility.await("the vacuum")
              .until(() -> read(signal, superuser(database)), Optional::isPresent);
      assertThat(reason).hasValueSatisfying(text -> assertThat(text).matches(named));
      assertThat(read(signal, plain(database)))
          .hasValueSatisfying(text -> assertThat(text).matches(named));
      assertThat(read(new TableVacuum(TableName.parse("pg_catalog.pg_depend")), plain(database)))
          .as("another table")
          .isEmpty();

      database.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE query LIKE '%(to prevent wraparound)'");
      Awaitility.await("another vacuum")
          .until(
              () -> {
                var fresh = read(new TableVacuum(PARENT), superuser(database));
                return fresh.isPresent() && !fresh.equals(reason);
              });
      assertThat(read(signal, superuser(database))).as("the last one was in vain").isEmpty();
      assertThat(read(signal, plain(database))).isEmpty();
      assertThat(lines.of(Level.WARN))
          .as("once")
          .singleElement()
          .asString()
          .startsWith(
              "throttle.vacuum table=\"Order1\" autovacuum to prevent wraparound was in vain");
    }
  }

  private static Optional<String> read(TableVacuum signal, JdbcTemplate jdbc) {
    return signal.read(jdbc, ThrottlePolicy.DEFAULT);
  }

  private static JdbcTemplate superuser(TestDatabase database) {
    return new JdbcTemplate(database.dataSource());
  }

  private static JdbcTemplate plain(TestDatabase database) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(database.url());
    source.setUser("plain");
    source.setPassword("plain");
    return new JdbcTemplate(source);
  }
}

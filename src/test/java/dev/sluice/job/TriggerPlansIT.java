package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * What our triggers look up in tables of their own they find by an index, also in a session that
 * has planned while such a table was known to be empty.
 */
class TriggerPlansIT {

  private static final String SYNCED =
      """
      table: users
      where: first_name IS NULL AND full_name IS NOT NULL
      set: {first_name: "split_part(full_name, ' ', 1)"}
      sync: trigger
      undo: journal
      """;

  private static final String USERS =
      """
      CREATE TABLE users (id bigint PRIMARY KEY, full_name text, first_name text);
      INSERT INTO users VALUES (1, 'Ada Lovelace');
      """;

  /** Often enough for a plan that is kept. */
  private static final String TOUCHED =
      """
      DO $$ BEGIN FOR i IN 1..10 LOOP UPDATE users SET %s; END LOOP; END $$;
      """;

  @TempDir private Path jobs;

  private void run(TestDatabase database, String definition) {
    database.execute(USERS);
    new Program(database, jobs, "0001_split").define(definition).run().done();
  }

  /** Rows read by sequential scans of our table, in one session and its transaction. */
  private static long rowsScanned(TestDatabase database, String table, String statements)
      throws Exception {
    database.execute("VACUUM ANALYZE sluice." + table);
    try (Connection session = database.connect()) {
      JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(session, true));
      session.setAutoCommit(false);
      jdbc.execute(statements);
      Long scanned =
          jdbc.queryForObject(
              "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = ?",
              Long.class,
              table.toLowerCase(Locale.ROOT));
      session.rollback();
      return scanned == null ? -1 : scanned;
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void entriesOfRowsThatAreBeingInserted(PostgresServer server) throws Exception {
    try (TestDatabase database = server.newDatabase()) {
      run(database, SYNCED);
      String statements =
          """
          INSERT INTO users SELECT n, 'A B' FROM generate_series(1001, 3000) AS n;
          UPDATE users SET full_name = 'C D';
          """;
      assertThat(rowsScanned(database, "inserting_0001_split", statements)).isZero();
      assertThat(rowsScanned(database, "undo_0001_split", statements)).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void capturedChanges(PostgresServer server) throws Exception {
    try (TestDatabase database = server.newDatabase()) {
      run(
          database,
          """
          table: users
          where: first_name IS NULL AND full_name IS NOT NULL
          set: {first_name: "split_part(full_name, ' ', 1)"}
          sync: capture
          """);
      assertThat(
              rowsScanned(
                  database,
                  "captured_0001_split",
                  TOUCHED.formatted("first_name = first_name || 'x'")
                      + """
                  INSERT INTO users SELECT n, 'A B', 'A' FROM generate_series(1001, 3000) AS n;
                  UPDATE users SET full_name = 'C D';
                  UPDATE users SET first_name = 'E';
                  """))
          .isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void journalRowsOfKeysThatMove(PostgresServer server) throws Exception {
    try (TestDatabase database = server.newDatabase()) {
      run(database, SYNCED);
      database.execute("DELETE FROM sluice.undo_0001_split");
      assertThat(
              rowsScanned(
                  database,
                  "undo_0001_split",
                  TOUCHED.formatted("id = -id")
                      + """
                  INSERT INTO users SELECT n, 'A B' FROM generate_series(1001, 3000) AS n;
                  UPDATE users SET id = id + 10000;
                  """))
          .isZero();
    }
  }
}

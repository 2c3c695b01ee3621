package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** What a sync trigger notes of an INSERT is of the row that was inserted, and of no other. */
class SyncJournalIT {

  private static final String SPLIT =
      """
      table: users
      where: first_name IS NULL AND full_name IS NOT NULL
      set:
        first_name: split_part(full_name, ' ', 1)
        last_name: split_part(full_name, ' ', 2)
      sync: trigger
      undo: journal
      """;

  private static final String USERS =
      """
      CREATE TABLE users (id bigint PRIMARY KEY, full_name text, first_name text, last_name text,
                          email text UNIQUE);
      INSERT INTO users (id, full_name, email)
      SELECT n, 'First' || n || ' Last' || n, 'e' || n FROM generate_series(1, 3) AS n;
      """;

  @TempDir private Path jobs;

  private Program completed(TestDatabase database) {
    database.execute(USERS);
    Program program = new Program(database, jobs, "0001_split").define(SPLIT);
    program.run().done();
    return program;
  }

  private static String rows(TestDatabase database, String condition) {
    return database
        .jdbc()
        .sql(
            "SELECT string_agg(concat_ws('|', id, full_name, coalesce(first_name, '-'),"
                + " coalesce(last_name, '-')), ', ' ORDER BY id) FROM users WHERE "
                + condition)
        .query(String.class)
        .single();
  }

  private static void nothingIsLeftOver(TestDatabase database) {
    assertThat(database.count("sluice.inserting_0001_split")).isZero();
  }

  /** The second session waits for the first one's row, which it did not see when it began. */
  private static void race(TestDatabase database, String first, String second) throws Exception {
    try (Connection one = database.connect();
        Connection two = database.connect()) {
      one.setAutoCommit(false);
      sql(one, first);
      CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> sql(two, second));
      while (database.count(
              "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
          == 0) {
        assertThat(waiting).isNotDone();
      }
      one.commit();
      waiting.get(1, TimeUnit.MINUTES);
    }
  }

  private static void sql(Connection connection, String sql) {
    new JdbcTemplate(new SingleConnectionDataSource(connection, true)).execute(sql);
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void ofTwoThatInsertOneKeyTheRowThatIsThereIsNoted(PostgresServer server) throws Exception {
    try (TestDatabase database = server.newDatabase()) {
      Program program = completed(database);
      String carl = "INSERT INTO users (id, full_name) VALUES (%d, 'Carl x')";
      String dora = "INSERT INTO users (id, full_name) VALUES (%d, 'Dora y') ON CONFLICT (id) DO ";
      race(
          database,
          carl.formatted(2000),
          dora.formatted(2000) + "UPDATE SET full_name = excluded.full_name");
      race(database, carl.formatted(2001), dora.formatted(2001) + "NOTHING");
      race(
          database,
          "INSERT INTO users VALUES (2002, 'Carl x', 'Mine', 'Own')",
          dora.formatted(2002) + "NOTHING");
      race(
          database,
          "DELETE FROM users WHERE id = 1",
          "INSERT INTO users (id, full_name) VALUES (1, 'Emil z')");
      race(
          database,
          "UPDATE users SET full_name = 'Fred f' WHERE id = 2; DELETE FROM users WHERE id = 2",
          "INSERT INTO users VALUES (2, 'Fred f', 'Fred', 'f')");
      assertThat(rows(database, "TRUE"))
          .isEqualTo(
              "1|Emil z|Emil|z, 2|Fred f|Fred|f, 3|First3 Last3|First3|Last3,"
                  + " 2000|Dora y|Dora|y, 2001|Carl x|Carl|x, 2002|Carl x|Mine|Own");
      nothingIsLeftOver(database);
      program.command("verify").done();

      program.rollback().done();

      assertThat(rows(database, "TRUE"))
          .isEqualTo(
              "1|Emil z|-|-, 2|Fred f|Fred|f, 3|First3 Last3|-|-,"
                  + " 2000|Dora y|-|-, 2001|Carl x|-|-, 2002|Carl x|Mine|Own");
      assertThat(database.count("pg_class WHERE relname LIKE 'inserting%'")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aRowThatIsNotInsertedLeavesNoTrace(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = completed(database);
      database.execute(
          """
          CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RETURN CASE WHEN NEW.id < 900 THEN NEW END; END';
          CREATE TRIGGER refuse BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION refuse();
          INSERT INTO users (id, full_name, email) VALUES (50, 'Dora x', 'e1')
            ON CONFLICT (email) DO NOTHING;
          INSERT INTO users VALUES (50, 'Dora x', 'Dora', 'x');
          INSERT INTO users (id, full_name) VALUES (900, 'Not There');
          INSERT INTO users (id, full_name, email) VALUES (51, 'Eve y', 'e2')
            ON CONFLICT (email) DO UPDATE SET full_name = excluded.full_name;
          INSERT INTO users VALUES (51, 'Eve y', 'Eve', 'y');
          DELETE FROM users WHERE id = 1;
          """);
      database.execute("INSERT INTO users VALUES (1, 'First1 Last1', 'First1', 'Last1')");
      database.execute(
          """
          INSERT INTO users (id, full_name, first_name, last_name, email)
          VALUES (60, 'A B', NULL, NULL, NULL), (60, 'C D', 'C', 'D', NULL),
            (61, 'A B', NULL, NULL, 'e3'), (61, 'A B', 'A', 'B', NULL), (61, 'E F', NULL, NULL, NULL)
          ON CONFLICT DO NOTHING;
          BEGIN;
          SAVEPOINT one;
          INSERT INTO users (id, full_name) VALUES (62, 'G H');
          ROLLBACK TO one;
          INSERT INTO users VALUES (62, 'G H', 'G', 'H');
          COMMIT;
          """);
      nothingIsLeftOver(database);
      program.command("verify").done();
      program.rollback().done();
      assertThat(rows(database, "TRUE"))
          .isEqualTo(
              "1|First1 Last1|First1|Last1, 2|Eve y|-|-, 3|First3 Last3|-|-, 50|Dora x|Dora|x,"
                  + " 51|Eve y|Eve|y, 60|A B|-|-, 61|A B|A|B, 62|G H|G|H");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void rowsThatOtherTriggersChangeBeforeTheirStatementEnds(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = completed(database);
      database.execute(
          """
          CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            IF NEW.id = 100 THEN
              UPDATE users SET full_name = 'Up Dated' WHERE id = 101;
              INSERT INTO users (id, full_name) VALUES (103, 'Ne Sted');
              DELETE FROM users WHERE id = 102;
              INSERT INTO users VALUES (102, 'Re Placed', 'Re', 'Placed');
            END IF;
            RETURN NULL;
          END $$;
          CREATE TRIGGER a_meddle AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION meddle();
          INSERT INTO users (id, full_name)
          SELECT n, 'First' || n || ' Last' || n FROM generate_series(100, 102) AS n;
          COPY users (id, full_name) FROM PROGRAM 'printf "200\\tCo pied\\n201\\tAnd more\\n"';
          """);
      assertThat(rows(database, "id >= 100"))
          .isEqualTo(
              "100|First100 Last100|First100|Last100, 101|Up Dated|Up|Dated, 102|Re Placed|Re|Placed,"
                  + " 103|Ne Sted|Ne|Sted, 200|Co pied|Co|pied, 201|And more|And|more");
      nothingIsLeftOver(database);
      program.rollback().done();
      assertThat(rows(database, "id >= 100"))
          .isEqualTo(
              "100|First100 Last100|-|-, 101|Up Dated|-|-, 102|Re Placed|Re|Placed,"
                  + " 103|Ne Sted|-|-, 200|Co pied|-|-, 201|And more|-|-");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"trigger", "capture"})
  void aColumnKeepsItsFirstOldValueBesideOneOfTheApplication(String sync) {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute(USERS);
      Program program =
          new Program(database, jobs, "0001_split")
              .define(SPLIT.replace("sync: trigger", "sync: " + sync));
      program.run().done();
      database.execute(
          """
          UPDATE users SET last_name = 'own' WHERE id = 1;
          UPDATE users SET full_name = 'Ann B' WHERE id = 1;
          UPDATE users SET first_name = 'Own' WHERE id = 2;
          """);
      program.run().done();
      database.execute("UPDATE users SET full_name = 'Cid D' WHERE id = 2");
      program.run().done();
      assertThat(rows(database, "TRUE"))
          .isEqualTo("1|Ann B|Ann|B, 2|Cid D|Cid|D, 3|First3 Last3|First3|Last3");

      program.rollback().done();

      assertThat(rows(database, "TRUE"))
          .isEqualTo("1|Ann B|-|own, 2|Cid D|Own|-, 3|First3 Last3|-|-");
    }
  }

  @Test
  void aKeyMayMoveWhileTheStatementOfTheRowIsNotOver() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = completed(database);
      database.execute(
          """
          INSERT INTO users (id, full_name)
          SELECT n, 'First' || n || ' Last' || n FROM generate_series(4, 15) AS n;
          CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            IF NEW.id <> OLD.id THEN
              UPDATE users SET full_name = full_name || 'x',
                               id = id + CASE WHEN id BETWEEN 200 AND 299 THEN 100 ELSE 0 END
              WHERE id IN (NEW.id, NEW.id + 1);
            END IF;
            RETURN NULL;
          END $$;
          CREATE TRIGGER app_note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();
          UPDATE users SET id = 102 WHERE id = 2;
          UPDATE users SET full_name = 'La ter' WHERE id = 102;
          UPDATE users SET id = 203 WHERE id = 3; -- the trigger moves it on
          UPDATE users SET id = 105, full_name = 'At once' WHERE id = 5;
          -- swapped
          UPDATE users SET id = -6 WHERE id = 6;
          UPDATE users SET id = 6 WHERE id = 7;
          UPDATE users SET id = 7 WHERE id = -6;
          -- onto keys that others of them have just left
          UPDATE users SET id = 50 WHERE id = 10;
          UPDATE users SET id = id - 1 WHERE id BETWEEN 11 AND 14;
          """);
      program.run().done();
      program.rollback().done();

      assertThat(database.count("users WHERE first_name IS NULL AND last_name IS NULL"))
          .isEqualTo(15);
    }
  }

  @Test
  void aLaunchPutsTheTriggerThatFollowsKeysAhead() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = completed(database);
      program.rollback().done();
      program
          .define(SPLIT + "checks: {after: [{name: open, sql: SELECT FALSE}]}\n")
          .run()
          .failed(6);
      database.execute(
          """
          CREATE OR REPLACE TRIGGER zz_sluice_0001_split_k AFTER UPDATE ON users
            FOR EACH ROW EXECUTE FUNCTION sluice."born_0001_split"();
          CREATE OR REPLACE FUNCTION sluice."born_0001_split"() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN RETURN NULL; END';
          """);
      program.run().failed(6);
      database.execute("UPDATE users SET id = 101, full_name = 'Mo ved' WHERE id = 1");
      assertThat(rows(database, "id > 100")).isEqualTo("101|Mo ved|Mo|ved");
      assertThat(
              database.count(
                  "pg_trigger WHERE tgname LIKE '%!_k' ESCAPE '!' AND tgtype & 2 = 2 AND tgenabled = 'A'"))
          .isEqualTo(1);
      program.rollback().done();
      assertThat(rows(database, "id > 100")).isEqualTo("101|Mo ved|-|-");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aLaunchRemovesWhatStatementsToAPartitionAloneHaveLeft(PostgresServer server)
      throws Exception {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(
          """
          CREATE TABLE users (id bigint PRIMARY KEY, full_name text, first_name text, last_name text)
            PARTITION BY RANGE (id);
          CREATE TABLE users_1 PARTITION OF users DEFAULT;
          CREATE TABLE gate (closed boolean);
          INSERT INTO users VALUES (1, 'Ann Lee');
          INSERT INTO gate VALUES (true);
          """);
      Program program =
          new Program(database, jobs, "0001_split")
              .define(
                  SPLIT + "checks: {after: [{name: open, sql: SELECT count(*) = 0 FROM gate}]}\n");
      program.run().failed(6);
      String notInserted =
          "INSERT INTO users_1 (id, full_name) VALUES (%d, 'Not Inserted') ON CONFLICT DO NOTHING";
      database.execute(notInserted.formatted(1));
      assertThat(database.count("sluice.inserting_0001_split")).isEqualTo(1);
      try (Connection open = database.connect()) {
        open.setAutoCommit(false);
        sql(open, notInserted.formatted(1));
        sql(open, "INSERT INTO users_1 (id, full_name) VALUES (2, 'Bo Li')");
        program.run().failed(6);
        nothingIsLeftOver(database);
        sql(open, "INSERT INTO users_1 (id, full_name) VALUES (3, 'Cy Ma')");
        open.commit();
      }
      database.execute("DELETE FROM gate");
      program.run().done();
      nothingIsLeftOver(database);
      program.rollback().done();
      assertThat(rows(database, "TRUE")).isEqualTo("1|Ann Lee|-|-, 2|Bo Li|-|-, 3|Cy Ma|-|-");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aLaunchPutsItsTriggersBackAndCleanupDropsAll(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(
          USERS + "CREATE TABLE gate (closed boolean); INSERT INTO gate VALUES (true);");
      Program program =
          new Program(database, jobs, "0001_split")
              .define(
                  SPLIT
                      + """
                      checks: {after: [{name: open, sql: SELECT count(*) = 0 FROM gate}]}
                      cleanup: {after: 0s}
                      """)
              .write("cleanup.up.sql", "ALTER TABLE users DROP COLUMN full_name;\n");
      program.run().failed(6);
      for (String damage :
          new String[] {"DROP TRIGGER", "ALTER TABLE users DISABLE TRIGGER", "DROP TRIGGER"}) {
        String name = " \"00_sluice_0001_split_s" + (damage.startsWith("ALTER") ? "r" : "e") + '"';
        database.execute(damage + name + (damage.startsWith("DROP") ? " ON users" : ""));
        program.run().failed(6);
        assertThat(
                database.count(
                    "pg_trigger WHERE tgname LIKE '00!_sluice!_%' ESCAPE '!' AND tgenabled = 'A'"))
            .isEqualTo(3);
      }
      database.execute("DELETE FROM gate");
      program.run().done();
      program.command("cleanup", "--confirm", "0001_split").done();
      assertThat(database.count("pg_trigger WHERE NOT tgisinternal")).isZero();
      assertThat(database.count("pg_proc WHERE pronamespace = 'sluice'::regnamespace")).isZero();
      assertThat(database.count("pg_class WHERE relname LIKE 'inserting%'")).isZero();
      database.execute("INSERT INTO users (id, first_name) VALUES (99, 'New')");
    }
  }
}

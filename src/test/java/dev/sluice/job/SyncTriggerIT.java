package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the application writes while both shapes are in use, before, during and after a run. */
class SyncTriggerIT {

  private static final String SPLIT =
      """
      table: users
      where: first_name IS NULL AND full_name IS NOT NULL
      set:
        first_name: split_part(full_name, ' ', 1)
        last_name: split_part(full_name, ' ', 2)
      sync: {mode: trigger, reverse: {full_name: "first_name || ' ' || last_name"}}
      """;

  private static final String USERS =
      """
      CREATE TABLE users (id bigint PRIMARY KEY, full_name text, first_name text, last_name text,
                          seen int NOT NULL DEFAULT 0);
      INSERT INTO users (id, full_name) SELECT n, 'First' || n || ' Last' || n
      FROM generate_series(1, 10) AS n;
      """;

  @TempDir private Path jobs;

  private void on(PostgresServer server, Consumer<TestDatabase> test) {
    try (TestDatabase database = server.newDatabase()) {
      test.accept(database);
    }
  }

  private Program program(TestDatabase database) {
    return new Program(database, jobs, "0001_split");
  }

  private static String rows(TestDatabase database, String condition) {
    return database
        .jdbc()
        .sql(
            "SELECT string_agg(concat_ws('|', id, coalesce(full_name, '-'),"
                + " coalesce(first_name, '-'), coalesce(last_name, '-')), ', ' ORDER BY id)"
                + " FROM users WHERE "
                + condition)
        .query(String.class)
        .single();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void fillsWhatTheApplicationLeavesOutAndKeepsWhatItGives(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(USERS);
          assertThat(program(database).define(SPLIT).run().done()).contains("10 rows changed");
          database.execute(
              """
              INSERT INTO users (id, full_name) VALUES (11, 'Ada Lovelace');
              INSERT INTO users VALUES (12, 'Ada Lovelace', 'A.', 'L.');
              INSERT INTO users VALUES (13, 'Ada Lovelace', 'A.');
              INSERT INTO users VALUES (14, NULL, 'Ada', 'King');
              INSERT INTO users (id) VALUES (15);
              UPDATE users SET full_name = 'Grace Hopper' WHERE id = 1;
              UPDATE users SET first_name = 'Alan' WHERE id = 2;
              UPDATE users SET full_name = 'A B', first_name = 'C', last_name = 'D' WHERE id = 3;
              UPDATE users SET seen = 1 WHERE id = 4;
              UPDATE users SET full_name = 'X Y', first_name = 'Z' WHERE id = 5;
              """);
          assertThat(rows(database, "id < 6 OR id > 10"))
              .isEqualTo(
                  "1|Grace Hopper|Grace|Hopper, 2|Alan Last2|Alan|Last2, 3|A B|C|D,"
                      + " 4|First4 Last4|First4|Last4, 5|X Y|Z|Last5, 11|Ada Lovelace|Ada|Lovelace,"
                      + " 12|Ada Lovelace|A.|L., 13|Ada Lovelace|A.|Lovelace, 14|Ada King|Ada|King,"
                      + " 15|-|-|-");
        });
  }

  private static final String WITH_JOURNAL = SPLIT + "undo: journal\n";

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void givesBackWhatTheTriggerWroteAndNothingElse(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(USERS + "INSERT INTO users VALUES (20, 'Old Value', 'Kept', 'AsIs')");
          Program program = program(database).define(WITH_JOURNAL);
          program.run().done();
          database.execute(
              """
              UPDATE users SET full_name = 'Grace Hopper' WHERE id = 1;  -- ours, over ours
              UPDATE users SET first_name = 'Alan' WHERE id = 2;         -- the application's
              UPDATE users SET full_name = 'New Name' WHERE id = 20;     -- ours, over its own
              INSERT INTO users (id, full_name) VALUES (11, 'Ada Lovelace');
              INSERT INTO users VALUES (12, 'Ada Lovelace', 'A.');       -- half of it ours
              INSERT INTO users VALUES (13, 'Ada Lovelace', 'A.', 'L.');
              INSERT INTO users (id, full_name) VALUES (3, 'Not Inserted') ON CONFLICT DO NOTHING;
              INSERT INTO users (id, full_name) VALUES (4, 'Per Conflict')
              ON CONFLICT (id) DO UPDATE SET full_name = excluded.full_name;
              DELETE FROM users WHERE id = 5;
              INSERT INTO users (id, full_name) VALUES (5, 'Another Row');
              UPDATE users SET id = 106, full_name = 'Moved Away' WHERE id = 6;
              """);
          assertThat(rows(database, "id IN (3, 4, 5, 106)"))
              .isEqualTo(
                  "3|First3 Last3|First3|Last3, 4|Per Conflict|Per|Conflict,"
                      + " 5|Another Row|Another|Row, 106|Moved Away|Moved|Away");
          program.command("verify").done();

          Program.Answer back = program.rollback();

          assertThat(back.exitCode()).as(back.err()).isEqualTo(8);
          assertThat(rows(database, "TRUE"))
              .isEqualTo(
                  "1|Grace Hopper|-|-, 2|Alan Last2|Alan|Last2, 3|First3 Last3|-|-,"
                      + " 4|Per Conflict|-|-, 5|Another Row|-|-, 7|First7 Last7|-|-,"
                      + " 8|First8 Last8|-|-, 9|First9 Last9|-|-, 10|First10 Last10|-|-,"
                      + " 11|Ada Lovelace|-|-, 12|Ada Lovelace|A.|-, 13|Ada Lovelace|A.|L.,"
                      + " 20|New Name|Kept|AsIs, 106|Moved Away|-|-");
          assertThat(database.count("pg_trigger WHERE NOT tgisinternal")).isZero();
          assertThat(database.count("pg_proc WHERE pronamespace = 'sluice'::regnamespace"))
              .isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aRowNotReachedYetLeavesTheGuardWhole(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE TABLE pair (id int PRIMARY KEY, a text, b text, x text, y text);
              INSERT INTO pair VALUES (1, 'a', 'b');
              INSERT INTO pair VALUES (2, 'a', 'b');
              CREATE TABLE gate (open boolean);
              """);
          Program program =
              program(database)
                  .define(
                      """
                      table: pair
                      where: x IS NULL AND id > 1
                      set: {x: upper(a), y: upper(b)}
                      undo: journal
                      sync: trigger
                      """);
          program.run().done();
          database.execute(
              """
              UPDATE pair SET a = 'out of scope' WHERE id = 1;
              ALTER TABLE pair DISABLE TRIGGER zz_sluice_0001_split_s;
              INSERT INTO pair VALUES (3, 'a', 'b'), (4, 'a', 'b');
              ALTER TABLE pair ENABLE ALWAYS TRIGGER zz_sluice_0001_split_s;
              UPDATE pair SET a = 'late' WHERE id = 3;
              UPDATE pair SET a = 'late', y = 'mine' WHERE id = 4;
              UPDATE pair SET b = 'only b' WHERE id = 2;
              """);
          assertThat(
                  database
                      .jdbc()
                      .sql(
                          "SELECT string_agg(concat_ws('|', id, coalesce(x, '-'), coalesce(y, '-')), ', ' ORDER BY id) FROM pair")
                      .query(String.class)
                      .single())
              .isEqualTo("1|-|-, 2|A|ONLY B, 3|LATE|B, 4|LATE|mine");
          program.command("verify").done();
          program.rollback().done();
          assertThat(
                  database
                      .jdbc()
                      .sql(
                          "SELECT string_agg(concat_ws('|', id, coalesce(x, '-'), coalesce(y, '-')), ', ' ORDER BY id) FROM pair")
                      .query(String.class)
                      .single())
              .isEqualTo("1|-|-, 2|-|-, 3|-|-, 4|-|mine");
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void cleanupDropsItWithTheOldColumnInOneTransaction(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(USERS);
          Program program =
              program(database)
                  .define(WITH_JOURNAL + "cleanup: {after: 0s}\n")
                  .write(
                      "cleanup.up.sql",
                      """
                      CREATE INDEX CONCURRENTLY users_last ON users (last_name);
                      ALTER TABLE users DROP COLUMN full_name;
                      """);
          assertThat(program.run().done())
              .contains(
                  "sync   trigger zz_sluice_0001_split_s on public.users stays until cleanup");
          assertThat(program.command("cleanup", "--dry-run").done())
              .contains("sync trigger zz_sluice_0001_split_s on public.users");
          program.command("cleanup", "--confirm", "0001_split").done();
          database.execute("INSERT INTO users (id, first_name) VALUES (99, 'New')");
          assertThat(database.count("pg_trigger WHERE NOT tgisinternal")).isZero();
          assertThat(database.count("pg_proc WHERE pronamespace = 'sluice'::regnamespace"))
              .isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aFailedCleanupLeavesTheTriggerAndTheColumn(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(USERS + "CREATE VIEW names AS SELECT full_name FROM users;");
          Program program =
              program(database)
                  .define(SPLIT + "cleanup: {after: 0s}\n")
                  .write("cleanup.up.sql", "ALTER TABLE users DROP COLUMN full_name;\n");
          program.run().done();
          assertThat(program.command("cleanup", "--confirm", "0001_split").exitCode()).isNotZero();
          database.execute("INSERT INTO users (id, full_name) VALUES (99, 'Ada Lovelace')");
          assertThat(rows(database, "id = 99")).isEqualTo("99|Ada Lovelace|Ada|Lovelace");
          database.execute("DROP VIEW names");
          program.command("cleanup", "--confirm", "0001_split").done();
          assertThat(database.count("pg_trigger WHERE NOT tgisinternal")).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void anApplicationWithoutAnyRightOnOurSchemaMaySetItOff(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(USERS);
          program(database).define(WITH_JOURNAL).run().done();
          database.execute(
              """
              CREATE ROLE app_%1$s;
              GRANT SELECT, INSERT, UPDATE ON users TO app_%1$s;
              CREATE SCHEMA elsewhere AUTHORIZATION app_%1$s;
              SET ROLE app_%1$s;
              SET search_path = elsewhere, public;
              CREATE FUNCTION elsewhere.split_part(text, text, int) RETURNS text
              LANGUAGE sql AS $$ SELECT 'of another path' $$;
              INSERT INTO public.users (id, full_name) VALUES (11, 'Ada Lovelace');
              UPDATE public.users SET full_name = 'Grace Hopper' WHERE id = 1;
              RESET ROLE;
              RESET search_path;
              """
                  .formatted(database.name()));
          assertThat(rows(database, "id IN (1, 11)"))
              .isEqualTo("1|Grace Hopper|Grace|Hopper, 11|Ada Lovelace|Ada|Lovelace");
          database.execute(
              "DROP OWNED BY app_%1$s; DROP ROLE app_%1$s;".formatted(database.name()));
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aColumnThatItNeedsCannotGoFromUnderIt(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(USERS);
          Program program = program(database).define(WITH_JOURNAL);
          program.run().done();
          for (String change :
              List.of("DROP COLUMN full_name", "ALTER COLUMN full_name TYPE varchar")) {
            assertThatThrownBy(() -> database.execute("ALTER TABLE users " + change))
                .hasStackTraceContaining("trigger zz_sluice_0001_split_s");
          }
          database.execute("INSERT INTO users (id, full_name) VALUES (11, 'Ada Lovelace')");
          assertThat(program.status())
              .contains(", sync trigger zz_sluice_0001_split_s on public.users");
          assertThat(program.status("--json"))
              .contains("\"sync\":\"zz_sluice_0001_split_s on public.users\"");
          program.rollback().done();
          assertThat(program.status("--json")).contains("\"sync\":null");
          database.execute("ALTER TABLE users DROP COLUMN full_name");
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aColumnIsChangedInPlaceWhereThatMayBeDoneTwice(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE TABLE users (id int PRIMARY KEY, email text, kind text DEFAULT 'person');
              INSERT INTO users VALUES (1, 'Ada@X', 'person'), (2, 'Ada@X', 'robot'),
                (3, 'ada@x', 'person');
              """);
          Program program =
              program(database)
                  .define(
                      """
                      table: users
                      where: email <> lower(email) AND kind = 'person'
                      set: {email: lower(email)}
                      undo: journal
                      sync: {mode: trigger, idempotent: true}
                      """);
          program.run().done();
          database.execute(
              """
              INSERT INTO users VALUES (4, 'Grace@X', 'person'), (5, 'Grace@X', 'robot');
              UPDATE users SET email = 'Alan@X' WHERE id IN (2, 3);
              UPDATE users SET kind = 'person' WHERE id = 5;
              """);
          String emails = "SELECT string_agg(email, ' ' ORDER BY id) FROM users";
          assertThat(database.jdbc().sql(emails).query(String.class).single())
              .isEqualTo("ada@x Alan@X alan@x grace@x grace@x");
          program.command("verify").done();
          program.rollback().done();
          assertThat(database.jdbc().sql(emails).query(String.class).single())
              .isEqualTo("Ada@X Alan@X Alan@X Grace@X Grace@X");
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void anUnfinishedRunGetsATriggerOrLosesItAsTheDefinitionNowSays(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(USERS);
          Program program =
              program(database)
                  .define(
                      SPLIT.replaceFirst("(?m)^sync: .*$", "")
                          + "checks: {after: [{name: never, sql: SELECT false}]}");
          program.run().failed(6);
          database.execute("INSERT INTO users (id, full_name) VALUES (11, 'Before It')");
          program.define(SPLIT + "checks: {after: [{name: never, sql: SELECT false}]}");
          program.run().failed(6);
          database.execute("INSERT INTO users (id, full_name) VALUES (12, 'With It')");
          assertThat(rows(database, "id > 10"))
              .isEqualTo("11|Before It|Before|It, 12|With It|With|It");
          program.define(SPLIT.replaceFirst("(?m)^sync: .*$", "")).run().done();
          assertThat(database.count("pg_trigger WHERE tgname = 'zz_sluice_0001_split_s'")).isZero();
        });
  }
}

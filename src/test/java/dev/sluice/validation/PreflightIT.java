package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Undo;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What preflight refuses about tables, columns and the user's own checks. */
class PreflightIT {
  private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(1);

  private TestDatabase database;

  @BeforeEach
  void createDatabase() {
    database = PostgresServer.newest().newDatabase();
    database.execute(
        """
        CREATE TABLE users (id bigint PRIMARY KEY, full_name text, first_name text);
        CREATE TABLE "Order" ("Id" int PRIMARY KEY, "Total" int);
        CREATE SCHEMA app;
        CREATE TABLE app.accounts (id int PRIMARY KEY, tier text)
        """);
  }

  @AfterEach
  void dropDatabase() {
    database.close();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aSoundMigrationIsNotRefused(PostgresServer server) {
    try (TestDatabase fresh = server.newDatabase()) {
      fresh.execute("CREATE TABLE users (id bigint PRIMARY KEY, full_name text, first_name text)");
      PreflightReport report =
          new Preflight(fresh.dataSource(), CHECK_TIMEOUT)
              .check(TestMigration.of("users").set("first_name", "full_name").build());
      assertThat(report.refusals()).isEmpty();
      assertThat(report.notes()).containsExactly("this run cannot be taken back: a test");
    }
  }

  @Test
  void quotedNamesAreFoundAsTheyAre() {
    assertThat(refusals(TestMigration.of("\"Order\"").set("\"Total\"", "1"))).isEmpty();
  }

  @Test
  void aMissingTableIsRefusedWithTheNearestName() {
    assertThat(refusals(TestMigration.of("user").set("a", "1")))
        .containsExactly(
            "there is no table 'user' in the search_path (public); did you mean 'users'?"
                + " Correct the name, or qualify it with its schema.");
    assertThat(refusals(TestMigration.of("accounts").set("a", "1")))
        .containsExactly(
            "there is no table 'accounts' in the search_path (public); did you mean"
                + " 'app.accounts'? Correct the name, or qualify it with its schema.");
    assertThat(refusals(TestMigration.of("app.acounts").set("a", "1")))
        .containsExactly("there is no table 'app.acounts'; did you mean 'app.accounts'?");
    assertThat(refusals(TestMigration.of("ap.accounts").set("a", "1")))
        .containsExactly(
            "there is no schema 'ap' in database '%s'; did you mean 'app'?"
                .formatted(database.name()));
  }

  @Test
  void whatIsNoTableIsRefused() {
    database.execute(
        """
        CREATE VIEW names AS SELECT full_name FROM users;
        CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM users;
        CREATE SEQUENCE numbers;
        CREATE EXTENSION postgres_fdw;
        CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
        CREATE FOREIGN TABLE remote (id int) SERVER elsewhere
        """);
    assertThat(refusals(TestMigration.of("names").set("a", "1")))
        .containsExactly("public.names is a view. Name the table behind it.");
    assertThat(refusals(TestMigration.of("counted").set("a", "1")))
        .containsExactly(
            "public.counted is a materialized view. Change its query, then REFRESH it.");
    assertThat(refusals(TestMigration.of("numbers").set("a", "1")))
        .containsExactly("public.numbers is a sequence. Name a table.");
    assertThat(refusals(TestMigration.of("remote").set("a", "1")))
        .containsExactly(
            "public.remote is a foreign table."
                + " Run the migration on the server that holds the rows.");
    assertThat(refusals(TestMigration.of("users_pkey").set("a", "1")))
        .containsExactly("public.users_pkey is an index. Name its table.");
    assertThat(refusals(TestMigration.of("pg_catalog.pg_class").set("relname", "1")))
        .containsExactly("pg_catalog.pg_class is a table of the system. Name a table of yours.");
  }

  @Test
  void missingColumnsAreRefusedAllAtOnce() {
    TestMigration migration =
        TestMigration.of("users").transform(List.of("fullname"), List.of("last")).distribution("x");
    assertThat(refusals(migration))
        .containsExactly(
            "table public.users has no column 'last'."
                + " Correct the name, or add the column in expand.up.sql.",
            "table public.users has no column 'fullname'; did you mean 'full_name'?"
                + " Correct the name, or add the column in expand.up.sql.",
            "table public.users has no column 'x'."
                + " Correct the name, or add the column in expand.up.sql.");
  }

  @Test
  void missingColumnsAreLeftToExpand() {
    assertThat(refusals(TestMigration.of("users").set("last_name", "full_name").expands()))
        .isEmpty();
  }

  @Test
  void columnsThatRefuseWritesAreRefused() {
    database.execute(
        """
        CREATE TABLE computed (
          id int PRIMARY KEY,
          a int,
          b int GENERATED ALWAYS AS (a + 1) STORED,
          n int GENERATED ALWAYS AS IDENTITY
        )
        """);
    assertThat(refusals(TestMigration.of("computed").set("b", "1").set("n", "2")))
        .containsExactly(
            "column 'b' of public.computed is generated: PostgreSQL computes it and refuses any"
                + " other value. Write the columns it is computed from.",
            "column 'n' of public.computed is GENERATED ALWAYS AS IDENTITY: PostgreSQL refuses to"
                + " update it. ALTER TABLE \"public\".\"computed\" ALTER COLUMN \"n\""
                + " SET GENERATED BY DEFAULT;");
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aColumnOfThePartitionKeyIsRefused(PostgresServer server) {
    database.close();
    database = server.newDatabase();
    database.execute(
        """
        CREATE TABLE events (id int, at date, region text, tier text, PRIMARY KEY (id, at, region))
          PARTITION BY RANGE (at);
        CREATE TABLE events_2026 PARTITION OF events
          FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (region);
        CREATE TABLE events_2026_eu PARTITION OF events_2026 FOR VALUES IN ('eu');
        CREATE TABLE hashed (id int, name text) PARTITION BY RANGE (lower(name))
        """);
    assertThat(refusals(TestMigration.of("events").set("tier", "'gold'"))).isEmpty();
    String refusal =
        "column 'region' of %s belongs to its partition key: writing it would move rows between"
            + " partitions while they are paged. Copy the rows into a new table instead.";
    assertThat(refusals(TestMigration.of("events").set("region", "'us'")))
        .contains(refusal.formatted("public.events"));
    assertThat(refusals(TestMigration.of("events_2026_eu").set("region", "'us'")))
        .contains(refusal.formatted("public.events_2026_eu"));
    assertThat(refusals(TestMigration.of("hashed").set("name", "'x'")))
        .anyMatch(
            text -> text.startsWith("column 'name' of public.hashed belongs to its partition"));
  }

  @Test
  void aCheckThatIsNotTrueIsRefused() {
    assertThat(checked("SELECT count(*) > 0 FROM users"))
        .containsExactly(
            "check 'mine' under checks.before returned false. It must return one row with true.");
    assertThat(checked("SELECT NULL::boolean"))
        .singleElement()
        .asString()
        .contains("returned NULL");
    assertThat(checked("SELECT true WHERE false")).first().asString().contains("returned no row");
    assertThat(checked("SELECT true FROM generate_series(1, 9)"))
        .first()
        .asString()
        .contains("returned more than one row");
    assertThat(checked("SELECT true, 'secret'")).first().asString().contains("returned 2 columns");
    assertThat(checked("SELECT 'secret'"))
        .first()
        .asString()
        .contains("returned type text, not boolean");
    assertThat(checked("SELECT nam FROM users"))
        .containsExactly(
            "check 'mine' under checks.before is an error: column \"nam\" does not exist [42703]."
                + " It must return one row with true.");
    assertThat(checked("SELECT '{}'::jsonb ? 'a' OR true")).isEmpty();
  }

  @Test
  void aCheckTellsNoValueOfARow() {
    database.execute("INSERT INTO users VALUES (1, 'secret')");
    assertThat(checked("SELECT full_name::int = 1 FROM users"))
        .containsExactly(
            "check 'mine' under checks.before is an error: a value is refused, SQLSTATE 22P02"
                + " (the message may quote it and is left out). It must return one row with true.");
  }

  @Test
  void aCheckCanNeitherWriteNorRunForever() {
    assertThat(checked("WITH gone AS (DELETE FROM users RETURNING 1) SELECT true FROM gone"))
        .singleElement()
        .asString()
        .contains("is an error: cannot execute SELECT in a read-only transaction [25006]");
    assertThat(checked("SELECT true FROM pg_sleep(5)"))
        .singleElement()
        .asString()
        .contains("took longer than 1 s");
  }

  @Test
  void allRefusalsAreThrownOnce() {
    PreflightReport report =
        check(
            TestMigration.of("users").key("full_name").set("nme", "1").before("b", "SELECT false"));
    assertThat(report.refusals()).hasSize(4);
    assertThatThrownBy(() -> report.orThrow(new MigrationId("0007_test")))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("0007_test: key column 'full_name' of public.users may be NULL")
        .hasMessageContaining("\n0007_test: table public.users has no column 'nme'");
  }

  @Test
  void anOldServerOrAStandbyIsRefused() {
    Findings findings = new Findings();
    ServerCheck.judge(130_014, true, findings);
    assertThat(findings.report().refusals())
        .containsExactly(
            "the server is PostgreSQL 13.14, at least 14 is needed. Upgrade it.",
            "the server is a standby (in recovery) and takes no writes. Connect to the primary.");
  }

  @Test
  void whatCanBeTakenBackNeedsNoNote() {
    assertThat(
            check(TestMigration.of("users").set("first_name", "1").undo(new Undo.Undecided()))
                .notes())
        .isEmpty();
  }

  private List<String> checked(String sql) {
    return refusals(TestMigration.of("users").set("first_name", "full_name").before("mine", sql));
  }

  private List<String> refusals(TestMigration migration) {
    return check(migration).refusals();
  }

  private PreflightReport check(TestMigration migration) {
    return new Preflight(database.dataSource(), CHECK_TIMEOUT).check(migration.build());
  }
}

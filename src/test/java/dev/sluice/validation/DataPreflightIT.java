package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.postgres.SqlStates;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessException;

/** PostgreSQL's own verdict over guards and expressions. */
class DataPreflightIT {
  private TestDatabase database;

  @BeforeEach
  void createTables() {
    database = PostgresServer.newest().newDatabase();
    database.execute(
        """
        CREATE TABLE "Order" (id int PRIMARY KEY, "Total" int, note text, data jsonb, at timestamptz);
        CREATE TABLE lines (order_id int, cents int);
        INSERT INTO "Order" SELECT n, n, 'secret' FROM generate_series(1, 1000) AS n;
        ANALYZE "Order"
        """);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void rightExpressionsPass(PostgresServer server) {
    try (TestDatabase fresh = server.newDatabase()) {
      fresh.execute(
          "CREATE TABLE \"Order\" (id int PRIMARY KEY, \"Total\" int, note text, data jsonb)");
      TestMigration migration =
          TestMigration.of("\"Order\"")
              .set("\"Total\"", "(SELECT count(*)::int FROM \"Order\" o WHERE o.id < \"Order\".id)")
              .set("note", "'a ? b :c' -- why\n")
              .set("data", "NULL")
              .where("data ? 'key' AND \"Total\" IS NULL");
      PreflightReport report = new DataPreflight(fresh.dataSource()).check(migration.build());
      assertThat(report.refusals()).isEmpty();
      assertThat(report.notes()).isEmpty();
    }
  }

  @Test
  void allWrongExpressionsAreToldWithTheirPlace() {
    TestMigration migration =
        TestMigration.of("\"Order\"")
            .where("note IS NULL AND totl = 1")
            .set("\"Total\"", "length(note) || 'x'")
            .set("note", "upper(nam)")
            .set("data", "now()")
            .set("missing", "1");
    assertThat(refusals(migration))
        .containsExactly(
            "table public.Order has no column 'missing' after expand.up.sql."
                + " Correct the name or the script.",
            "where of public.Order: column \"totl\" does not exist [42703], at character 18.",
            "set.Total of public.Order: column \"Total\" is of type integer but expression is of"
                + " type text [42804], at character 1.",
            "set.note of public.Order: column \"nam\" does not exist [42703], at character 7.",
            "set.data of public.Order: column \"data\" is of type jsonb but expression is of type"
                + " timestamp with time zone [42804], at character 1.");
  }

  @Test
  void aGuardMustBeACondition() {
    assertThat(refusals(TestMigration.of("\"Order\"").set("note", "''").where("id")))
        .containsExactly(
            "where of public.Order: argument of WHERE must be type boolean, not type integer"
                + " [42804], at character 1.");
    assertThat(refusals(TestMigration.of("\"Order\"").set("note", "''").where("count(*) > 1")))
        .containsExactly(
            "where of public.Order: aggregate functions are not allowed in WHERE [42803],"
                + " at character 1.");
    assertThat(refusals(TestMigration.of("\"Order\"").set("id", "row_number() OVER ()")))
        .containsExactly(
            "set.id of public.Order: window functions are not allowed in UPDATE [42P20],"
                + " at character 1.");
  }

  @Test
  void placesCountCharactersAndNotUtf16Units() {
    assertThat(refusals(TestMigration.of("\"Order\"").set("note", "'😀' || nam")))
        .containsExactly(
            "set.note of public.Order: column \"nam\" does not exist [42703], at character 8.");
  }

  @Test
  void aTransformNeedsItsColumns() {
    TestMigration migration =
        TestMigration.of("\"Order\"").transform(List.of("note", "gone"), List.of("data"));
    assertThat(refusals(migration))
        .containsExactly(
            "table public.Order has no column 'gone' after expand.up.sql."
                + " Correct the name or the script.");
    assertThat(refusals(TestMigration.of("\"Order\"").transform(List.of("note"), List.of("data"))))
        .isEmpty();
  }

  @Test
  void whatExpressionsDependOnIsNoted() {
    TestMigration migration =
        TestMigration.of("\"Order\"")
            .where("random() < 0.5")
            .set("at", "now()")
            .set("\"Total\"", "(SELECT sum(cents)::int FROM lines WHERE order_id = \"Order\".id)");
    assertThat(new DataPreflight(database.dataSource()).check(migration.build()).notes())
        .containsExactly(
            "set.at calls now(), which gives another value each time: verify cannot compare it.",
            "set.Total reads public.lines: what the application changes there after a row was done"
                + " is not followed.",
            "where calls a VOLATILE function (random()): whether a row still needs work may change"
                + " by itself.",
            "where reads none of the written columns ('at', 'Total'): a row that was changed stays"
                + " under the guard, unless a generated column or a trigger takes it out.");
  }

  @Test
  void nothingIsWrittenOrRun() {
    database.execute("CREATE SEQUENCE calls");
    TestMigration migration =
        TestMigration.of("\"Order\"")
            .set("\"Total\"", "nextval('calls')::int")
            .where("nextval('calls') > 0");
    assertThat(refusals(migration)).isEmpty();
    assertThat(database.count("calls WHERE is_called")).isZero();
    assertThat(database.count("\"Order\" WHERE \"Total\" = id")).isEqualTo(1000);
  }

  @Test
  void aLockedTableIsAnErrorThatPassesAndNoRefusal() throws SQLException {
    try (Connection other = database.connect()) {
      other.setAutoCommit(false);
      other.createStatement().execute("LOCK TABLE \"Order\" IN ACCESS EXCLUSIVE MODE");
      DataPreflight preflight = new DataPreflight(database.dataSource());
      assertThatThrownBy(
              () -> preflight.check(TestMigration.of("\"Order\"").set("note", "''").build()))
          .isInstanceOf(DataAccessException.class)
          .matches(SqlStates::isTransient);
    }
  }

  @Test
  void rowsToDoAreEstimatedByThePlanner() {
    DataPreflight preflight = new DataPreflight(database.dataSource());
    assertThat(preflight.rowsToDo(TestMigration.of("\"Order\"").set("note", "''").build()))
        .isEqualTo(1000);
    assertThat(
            preflight.rowsToDo(
                TestMigration.of("\"Order\"").set("note", "''").where("\"Total\" <= 100").build()))
        .isBetween(80L, 120L);
  }

  private List<String> refusals(TestMigration migration) {
    return new DataPreflight(database.dataSource()).check(migration.build()).refusals();
  }
}

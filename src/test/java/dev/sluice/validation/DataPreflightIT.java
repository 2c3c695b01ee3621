package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Check;
import dev.sluice.migration.Script;
import dev.sluice.migration.Undo;
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
    create(PostgresServer.newest());
  }

  private void use(PostgresServer server) {
    drop();
    create(server);
  }

  private void create(PostgresServer server) {
    database = server.newDatabase();
    database.execute(
        """
        CREATE TABLE "Order" (id int PRIMARY KEY, "Total" int, note text, data jsonb, at timestamptz);
        CREATE TABLE lines (order_id int, cents int);
        INSERT INTO lines VALUES (1, 100);
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

  /** {@code note} is the old side: one statement would compute from it and destroy it. */
  @Test
  void theOldSideIsNotTakenAwayByTheDataChange() {
    TestMigration migration =
        TestMigration.of("\"Order\"")
            .where("data IS NULL")
            .set("data", "to_jsonb(note)")
            .set("note", "NULL");
    assertThat(refusals(migration.undo(new Undo.None("no journal, it would hold the notes"))))
        .containsExactly(
            "set.note gives the column the same value in every row, and set.data reads it: with"
                + " 'undo: none' nothing would keep what it held, and nothing could prove the values"
                + " of 'data'. Leave it to cleanup.up.sql or to a later migration, or take 'undo:"
                + " journal'.");
    PreflightReport kept =
        new DataPreflight(database.dataSource()).check(migration.undo(new Undo.Journal()).build());
    assertThat(kept.refusals()).isEmpty();
    assertThat(kept.notes())
        .containsExactly(
            "set.note gives the column the same value in every row, and set.data reads it: what it"
                + " held stands in the undo journal alone from then on, until 'cleanup' drops that,"
                + " and verify cannot compute 'data' from it.");
    TestMigration inPlace =
        TestMigration.of("\"Order\"").where("note <> 'x'").set("note", "lower(note)");
    assertThat(refusals(inPlace.undo(new Undo.None("case is noise")))).isEmpty();
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
    assertThat(
            refusals(
                TestMigration.of("\"Order\"").set("id", "row_number() OVER ()").where("id < 0")))
        .containsExactly(
            "set.id of public.Order: window functions are not allowed in UPDATE [42P20],"
                + " at character 1.");
  }

  @Test
  void placesCountCharactersAndNotUtf16Units() {
    assertThat(
            refusals(
                TestMigration.of("\"Order\"").set("note", "'😀' || nam").where("note IS NULL")))
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
    assertThat(
            refusals(
                TestMigration.of("\"Order\"")
                    .transform(List.of("note"), List.of("data"))
                    .where("data IS NULL")))
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aGuardThatNoChangeEndsIsRefused(PostgresServer server) {
    use(server);
    assertThat(refusals(guarded("id > 7 AND data->>'x' = lower(note)")))
        .containsExactly(
            "where of public.Order reads 'id', 'note', 'data' and none of the written columns"
                + " ('Total'): no row leaves it by being changed, and the run would fail after its"
                + " first rows. Add a condition that the change ends, like: \"Total\" IS NULL.");
    assertThat(refusals(guarded("true")))
        .containsExactly(
            "where of public.Order reads no column and none of the written columns ('Total'): no row"
                + " leaves it by being changed, and the run would fail after its first rows. Add a"
                + " condition that the change ends, like: \"Total\" IS NULL.");
    assertThat(refusals(guarded("at < now() - interval '1 year'"))).hasSize(1);
    assertThat(refusals(guarded("\"Total\" IS NULL AND id > 7"))).isEmpty();
    assertThat(refusals(guarded("\"Order\" IS NOT NULL"))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aGuardThatMayEndOtherwiseIsOnlyNoted(PostgresServer server) {
    use(server);
    database.execute(
        """
        CREATE FUNCTION is_open(int) RETURNS boolean STABLE LANGUAGE sql
          AS 'SELECT "Total" IS NULL FROM "Order" WHERE id = $1'
        """);
    for (String guard :
        List.of(
            "is_open(id)",
            "xmin::text = '7'",
            "EXISTS (SELECT FROM lines WHERE order_id = \"Order\".id)",
            "id < (SELECT max(o.id) FROM \"Order\" o)")) {
      PreflightReport report = report(guarded(guard));
      assertThat(report.refusals()).as(guard).isEmpty();
      assertThat(report.notes())
          .as(guard)
          .containsExactly(
              "where reads none of the written columns ('Total'): a row that was changed stays under"
                  + " the guard, unless a function, a sub-select, a trigger or a cascade takes it"
                  + " out.");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void whatElseWritesTheGuardsColumnsLeavesItToANote(PostgresServer server) {
    use(server);
    database.execute(
        """
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER touched BEFORE UPDATE OF "Total" ON "Order"
          FOR EACH ROW EXECUTE FUNCTION touch()
        """);
    assertThat(refusals(guarded("note IS NULL"))).isEmpty();
    database.execute("ALTER TABLE \"Order\" DISABLE TRIGGER touched");
    assertThat(refusals(guarded("note IS NULL"))).hasSize(1);
    database.execute(
        """
        DROP TRIGGER touched ON "Order";
        CREATE TRIGGER noted BEFORE UPDATE OF note ON "Order"
          FOR EACH ROW EXECUTE FUNCTION touch()
        """);
    assertThat(refusals(guarded("note IS NULL"))).hasSize(1);
    database.execute(
        """
        ALTER TABLE "Order" ADD UNIQUE ("Total"), ADD COLUMN parent int
          REFERENCES "Order" ("Total") ON UPDATE CASCADE
        """);
    assertThat(refusals(guarded("parent = 7"))).isEmpty();
    assertThat(refusals(guarded("note IS NULL"))).hasSize(1);
    database.execute("CREATE RULE also AS ON UPDATE TO \"Order\" DO ALSO NOTIFY changed");
    assertThat(refusals(guarded("note IS NULL"))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aGeneratedColumnCountsAsWhatItIsComputedFrom(PostgresServer server) {
    use(server);
    database.execute(
        """
        ALTER TABLE "Order" ADD COLUMN doubled int GENERATED ALWAYS AS ("Total" * 2) STORED,
          ADD COLUMN long int GENERATED ALWAYS AS (length(note)) STORED
        """);
    PreflightReport report = report(guarded("doubled IS NULL"));
    assertThat(report.refusals()).isEmpty();
    assertThat(report.notes()).isEmpty();
    assertThat(refusals(guarded("long > 3"))).hasSize(1);
    database.execute(
        """
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER touched BEFORE UPDATE OF doubled ON "Order"
          FOR EACH ROW EXECUTE FUNCTION touch()
        """);
    assertThat(refusals(guarded("note IS NULL"))).isEmpty();
  }

  private static TestMigration guarded(String guard) {
    return TestMigration.of("\"Order\"").set("\"Total\"", "7").where(guard);
  }

  @Test
  void whatTheLaterChecksNameMustBeThere() {
    TestMigration migration =
        TestMigration.of("\"Order\"")
            .set("note", "''")
            .where("note IS NULL")
            .after(new Check.NotNull(TestMigration.identifiers("gone", "note", "later")))
            .distribution("lost");
    assertThat(refusals(migration.expands()))
        .containsExactly(
            "table public.Order has no column 'gone' after expand.up.sql."
                + " Correct the name or the script.",
            "table public.Order has no column 'later' after expand.up.sql."
                + " Correct the name or the script.",
            "table public.Order has no column 'lost' after expand.up.sql."
                + " Correct the name or the script.");
    migration.script(
        Script.Kind.CONSTRAIN_UP, "ALTER TABLE \"Order\" ADD COLUMN Later int DEFAULT 0");
    assertThat(refusals(migration)).hasSize(2).noneMatch(text -> text.contains("later"));
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void theLaterQueriesAreReadBeforeTheRun(PostgresServer server) {
    use(server);
    TestMigration migration =
        TestMigration.of("\"Order\"")
            .set("note", "''")
            .where("note IS NULL")
            .after(
                new Check.Sql("right", "SELECT bool_or(data ? 'a') FROM \"Order\""),
                new Check.Sql("typo", "SELECT '😀' = nt FROM \"Order\""),
                new Check.Sql("wide", "SELECT true, id FROM \"Order\""),
                new Check.Sql("count", "SELECT count(*) FROM \"Order\""),
                new Check.Sql(
                    "write", "WITH g AS (DELETE FROM lines RETURNING 1) SELECT true FROM g"),
                new Check.Sql("lock", "SELECT true FROM lines FOR SHARE"),
                new Check.Sql("elsewhere", "SELECT true FROM public.\"Archive\""));
    assertThat(refusals(migration))
        .containsExactly(
            "check 'typo' under checks.after: column \"nt\" does not exist [42703], at character 14.",
            "check 'wide' under checks.after returns 2 columns. It must return one row with true.",
            "check 'count' under checks.after returns type int8, not boolean."
                + " It must return one row with true.",
            "check 'write' under checks.after changes or locks rows, and checks run read-only."
                + " It must return one row with true.",
            "check 'lock' under checks.after changes or locks rows, and checks run read-only."
                + " It must return one row with true.",
            "check 'elsewhere' under checks.after: relation \"public.Archive\" does not exist [42P01],"
                + " at character 18.");
    assertThat(database.count("lines")).isEqualTo(1);
  }

  @Test
  void aLaterQueryMayReadWhatTheConstrainScriptMakes() {
    PreflightReport report =
        report(
            TestMigration.of("\"Order\"")
                .set("note", "''")
                .where("note IS NULL")
                .script(Script.Kind.CONSTRAIN_UP, "CREATE TABLE public.\"Archive\" (id int)")
                .after(
                    new Check.Sql("soon", "SELECT count(*) = 0 FROM public.\"Archive\""),
                    new Check.Sql("never", "SELECT count(*) = 0 FROM archived")));
    assertThat(report.refusals())
        .containsExactly(
            "check 'never' under checks.after: relation \"archived\" does not exist [42P01],"
                + " at character 26.");
    assertThat(report.notes())
        .containsExactly(
            "check 'soon' under checks.after reads 'Archive', which constrain.up.sql has yet to make:"
                + " it is not checked before.");
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
                + " under the guard, unless a function, a sub-select, a trigger or a cascade takes it"
                + " out.");
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

  @Test
  void everyRowIsToDoIfTheGuardNamesAColumnThatWasNeverAnalyzed() {
    database.execute(
        """
        ANALYZE "Order";
        ALTER TABLE "Order" ADD COLUMN "New" int, ADD COLUMN newer int
        """);
    DataPreflight preflight = new DataPreflight(database.dataSource());
    TestMigration migration = TestMigration.of("\"Order\"").set("\"New\"", "1");
    assertThat(preflight.rowsToDo(migration.where("\"New\" IS NULL").build())).isEqualTo(1000);
    assertThat(preflight.rowsToDo(migration.where("\"Total\" <= 100").build()))
        .as("the new column is no matter")
        .isBetween(80L, 120L);
    database.execute("UPDATE \"Order\" SET \"New\" = 1 WHERE \"Total\" > 100; ANALYZE \"Order\"");
    assertThat(preflight.rowsToDo(migration.where("\"New\" IS NULL").build()))
        .as("once it is known")
        .isBetween(80L, 120L);
  }

  private List<String> refusals(TestMigration migration) {
    return report(migration).refusals();
  }

  private PreflightReport report(TestMigration migration) {
    return new DataPreflight(database.dataSource()).check(migration.build());
  }
}

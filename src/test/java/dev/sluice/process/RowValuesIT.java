package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PostgreSQL's messages and a user's exceptions quote rows; nothing that we print or keep does. */
class RowValuesIT {

  private static final String ID = "0001_fill";
  private static final String SECRET = "topsecret";
  private static final String FILL = "table: t\nwhere: b IS NULL\nset: {b: id}\n";

  @TempDir private Path jobs;

  /** Each makes an error over a value of a row. */
  private enum Failing {
    GUARD("table: t\nwhere: a::int > 0 AND b IS NULL\nset: {b: id}\n"),
    EXPRESSION("table: t\nwhere: b IS NULL\nset: {b: a::int}\n"),
    TRANSFORM(
        """
        table: t
        where: b IS NULL
        transform: {class: Quote, read: [a], write: [b]}
        """),
    TRIGGER(FILL),
    CHECK_BEFORE(
        FILL + "checks: {before: [{name: numbers, sql: SELECT max(a::int) > 0 FROM t}]}\n"),
    CHECK_AFTER(FILL + "checks: {after: [{name: numbers, sql: SELECT max(a::int) > 0 FROM t}]}\n"),
    CONSTRAIN(FILL),
    DUPLICATE(FILL);

    private final String yaml;

    Failing(String yaml) {
      this.yaml = yaml;
    }
  }

  @ParameterizedTest
  @EnumSource
  void noValueIsPrintedOrKept(Failing failing) {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute(
          """
          CREATE TABLE t (id int PRIMARY KEY, a text, b int);
          INSERT INTO t SELECT i, '%s' FROM generate_series(1, 500) AS i;
          """
              .formatted(SECRET));
      Migrations migrations = new Migrations(jobs, database).define(ID, failing.yaml);
      arrange(failing, database, migrations);

      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isIn(3, 5, 6);
        assertThat(process.toString()).doesNotContain(SECRET).doesNotContain("bug in Sluice");
      }
      for (String table : tables(database)) {
        assertThat(database.count("%s AS t WHERE t::text LIKE '%%%s%%'".formatted(table, SECRET)))
            .as(table)
            .isZero();
      }
    }
  }

  private static void arrange(Failing failing, TestDatabase database, Migrations migrations) {
    switch (failing) {
      case TRIGGER ->
          database.execute(
              """
              CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
              BEGIN
                RAISE EXCEPTION 'not %', NEW.a;
              END $$;
              CREATE TRIGGER refuse BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION refuse();
              """);
      case TRANSFORM ->
          migrations.write(
              ID,
              "Quote.java",
              """
              import dev.sluice.migration.Row;
              import dev.sluice.migration.RowTransformer;

              public class Quote implements RowTransformer {
                @Override
                public void transform(Row row) {
                  throw new IllegalStateException("not " + row.getString("a"));
                }
              }
              """);
      case CONSTRAIN ->
          migrations.write(ID, "constrain.up.sql", "CREATE INDEX t_a ON t ((a::int));");
      case DUPLICATE ->
          migrations.write(ID, "constrain.up.sql", "CREATE UNIQUE INDEX t_a ON t (a);");
      case GUARD, EXPRESSION, CHECK_BEFORE, CHECK_AFTER -> {}
    }
  }

  private static List<String> tables(TestDatabase database) {
    return database
        .jdbc()
        .sql(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'sluice'")
        .query(String.class)
        .list();
  }
}

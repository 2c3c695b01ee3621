package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.sluice.schema.SafeConstrain.AsWritten;
import dev.sluice.schema.SafeConstrain.Instead;
import dev.sluice.schema.SafeConstrain.Refused;
import dev.sluice.schema.SafeConstrain.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeConstrainTest {

  @Test
  void notNullTrustsAValidatedCheck() {
    assertThat(instead("ALTER TABLE users ALTER COLUMN name SET NOT NULL"))
        .containsExactly(
            List.of(
                "ALTER TABLE users ADD CONSTRAINT \"sluice_not_null_users_name\" CHECK (name IS"
                    + " DISTINCT FROM NULL) NOT VALID"),
            List.of("ALTER TABLE users VALIDATE CONSTRAINT \"sluice_not_null_users_name\""),
            List.of(
                "ALTER TABLE users ALTER COLUMN name SET NOT NULL",
                "ALTER TABLE users DROP CONSTRAINT \"sluice_not_null_users_name\""));
  }

  @Test
  void namesStayAsTheyAreWritten() {
    assertThat(
            instead("alter table if exists only app.\"Order\" /* x */ alter \"Id\" set not null"))
        .first()
        .isEqualTo(
            List.of(
                "alter table if exists only app.\"Order\" ADD CONSTRAINT"
                    + " \"sluice_not_null_Order_Id\" CHECK (\"Id\" IS DISTINCT FROM NULL) NO INHERIT NOT VALID"));
  }

  @Test
  void theScanHasATransactionOfItsOwn() {
    assertThat(((Instead) of("ALTER TABLE t ALTER c SET NOT NULL")).transactions())
        .extracting(steps -> steps.get(0).isolation())
        .containsExactly(Isolation.TOGETHER, Isolation.ALONE, Isolation.TOGETHER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CONSTRAINT positive CHECK (total > 0)                    | positive               | CHECK (total > 0)
          CONSTRAINT "F" FOREIGN KEY (u) REFERENCES users ON DELETE CASCADE | "F" | FOREIGN KEY (u) REFERENCES users ON DELETE CASCADE
          FOREIGN KEY (u, "V") REFERENCES users (a, b)             | "orders_u_V_fkey"      | FOREIGN KEY (u, "V") REFERENCES users (a, b)
          CONSTRAINT n NOT NULL total                              | n                      | NOT NULL total
          """)
  void checksAndForeignKeysAreValidatedLater(String action, String name, String definition) {
    String head = "ALTER TABLE app.orders ";

    assertThat(instead(head + "ADD " + action))
        .containsExactly(
            List.of(head + "ADD CONSTRAINT " + name + " " + definition + " NOT VALID"),
            List.of(head + "VALIDATE CONSTRAINT " + name));
  }

  @Test
  void aCheckWithoutANameGetsPostgresOwnOnceItIsValid() {
    List<List<String>> transactions =
        instead("ALTER TABLE app.orders ADD CHECK (note <> '$sluice$') NO INHERIT");

    assertThat(transactions).hasSize(3);
    assertThat(transactions.subList(0, 2))
        .containsExactly(
            List.of(
                "ALTER TABLE app.orders ADD CONSTRAINT \"orders_check_f67150b2\" CHECK (note <>"
                    + " '$sluice$') NO INHERIT NOT VALID"),
            List.of("ALTER TABLE app.orders VALIDATE CONSTRAINT \"orders_check_f67150b2\""));
    assertThat(transactions.get(2))
        .singleElement(STRING)
        .startsWith("DO /* names a check of app.orders as PostgreSQL does */ $sluice1$\n");
  }

  @Test
  void aConstraintBehindACommentIsNotSwallowedByIt() {
    assertThat(instead("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) -- positive").get(0))
        .containsExactly("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID");
  }

  @Test
  void uniqueConstraintsTakeOverAnIndexBuiltBeside() {
    assertThat(
            instead(
                "ALTER TABLE users ADD CONSTRAINT users_email UNIQUE NULLS NOT DISTINCT (email,"
                    + " \"Tenant\") INCLUDE (name) DEFERRABLE INITIALLY DEFERRED"))
        .containsExactly(
            List.of(
                "CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email, \"Tenant\") INCLUDE"
                    + " (name) NULLS NOT DISTINCT"),
            List.of(
                "ALTER TABLE users ADD CONSTRAINT users_email UNIQUE USING INDEX users_email"
                    + " DEFERRABLE INITIALLY DEFERRED"));
    assertThat(instead("ALTER TABLE app.users ADD UNIQUE (email)"))
        .containsExactly(
            List.of("CREATE UNIQUE INDEX CONCURRENTLY \"users_email_key\" ON app.users (email)"),
            List.of(
                "ALTER TABLE app.users ADD CONSTRAINT \"users_email_key\" UNIQUE USING INDEX"
                    + " \"users_email_key\""));
  }

  @Test
  void primaryKeysMakeTheirColumnsNotNullFirst() {
    List<List<String>> transactions = instead("ALTER TABLE t ADD PRIMARY KEY (a, b)");

    assertThat(transactions).hasSize(3 + 3 + 2);
    assertThat(transactions.get(2).get(0)).isEqualTo("ALTER TABLE t ALTER COLUMN a SET NOT NULL");
    assertThat(transactions.get(5).get(0)).isEqualTo("ALTER TABLE t ALTER COLUMN b SET NOT NULL");
    assertThat(transactions.get(6))
        .containsExactly("CREATE UNIQUE INDEX CONCURRENTLY \"t_pkey\" ON t (a, b)");
    assertThat(transactions.get(7))
        .containsExactly(
            "ALTER TABLE t ADD CONSTRAINT \"t_pkey\" PRIMARY KEY USING INDEX \"t_pkey\"");
  }

  @Test
  void indexesAreBuiltBesideTheWriters() {
    assertThat(
            instead(
                "CREATE UNIQUE INDEX IF NOT EXISTS \"I\" ON app.t USING btree (lower(a)) WHERE a >"
                    + " 'x'"))
        .containsExactly(
            List.of(
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I\" ON app.t USING btree"
                    + " (lower(a)) WHERE a > 'x'"));
  }

  @Test
  void severalActionsBecomeSeveralStatements() {
    assertThat(
            instead(
                "ALTER TABLE t ALTER a SET DEFAULT ARRAY[1, 2], ADD CONSTRAINT c CHECK (f(a, b)),"
                    + " ALTER COLUMN b DROP NOT NULL"))
        .containsExactly(
            List.of("ALTER TABLE t ALTER a SET DEFAULT ARRAY[1, 2]"),
            List.of("ALTER TABLE t ADD CONSTRAINT c CHECK (f(a, b)) NOT VALID"),
            List.of("ALTER TABLE t VALIDATE CONSTRAINT c"),
            List.of("ALTER TABLE t ALTER COLUMN b DROP NOT NULL"));
    assertThat(instead("ALTER TABLE t ADD CONSTRAINT c CHECK (a) NOT VALID, VALIDATE CONSTRAINT c"))
        .containsExactly(
            List.of("ALTER TABLE t ADD CONSTRAINT c CHECK (a) NOT VALID"),
            List.of("ALTER TABLE t VALIDATE CONSTRAINT c"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u NOT VALID",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED",
        "ALTER TABLE t VALIDATE CONSTRAINT c",
        "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
        "ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i",
        "ALTER TABLE t ADD CONSTRAINT c EXCLUDE USING gist (a WITH &&)",
        "ALTER TABLE t ADD COLUMN a int NOT NULL DEFAULT 0",
        "ALTER TABLE t ALTER a SET DEFAULT 0, ALTER b DROP NOT NULL",
        "ALTER TABLE t DROP COLUMN a, ADD COLUMN b int",
        "ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
        "ALTER VIEW v ALTER a SET DEFAULT 0",
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "CREATE INDEX i ON ONLY p (a)",
        "CREATE TABLE t (a int NOT NULL CHECK (a > 0))",
        "CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f()",
      })
  void otherStatementsStayAsWritten(String sql) {
    assertThat(of(sql)).isInstanceOf(AsWritten.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE t ADD COLUMN b int, ALTER COLUMN a SET NOT NULL",
        "ALTER TABLE t ALTER COLUMN a TYPE bigint, ADD CHECK (a > 0)",
        "ALTER TABLE t ADD CONSTRAINT c UNIQUE (a) WITH (fillfactor = 70)",
        "ALTER TABLE t ADD CONSTRAINT c UNIQUE (a) USING INDEX TABLESPACE s",
        "ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY (a, b WITHOUT OVERLAPS)",
        "ALTER TABLE IF EXISTS t ADD CONSTRAINT c UNIQUE (a)",
      })
  void whatCannotBeTakenApartIsRefused(String sql) {
    assertThat(of(sql)).isInstanceOf(Refused.class);
  }

  private static Verdict of(String sql) {
    return SafeConstrain.of(StatementSplitter.split(sql).get(0));
  }

  private static List<List<String>> instead(String sql) {
    return ((Instead) of(sql))
        .transactions().stream().map(t -> t.stream().map(Step::sql).toList()).toList();
  }
}

package dev.sluice.validation;

import static dev.sluice.validation.TestVerification.WAYS_ON;
import static dev.sluice.validation.TestVerification.result;
import static dev.sluice.validation.TestVerification.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.RowTransformer;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How values are computed again and compared, over the table as it is. */
class RecomputeIT {
  private TestDatabase database;

  @BeforeEach
  void createTables() {
    database = TestVerification.newDatabase();
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void whatReadsAColumnGeneratedFromAWrittenOneIsNotCompared(PostgresServer server) {
    database.close();
    database = server.newDatabase();
    ControlTables.create(database);
    List<String> kinds = server.version() >= 18 ? List.of("STORED", "VIRTUAL") : List.of("STORED");
    for (String kind : kinds) {
      database.execute(
          """
          DROP TABLE IF EXISTS prices;
          CREATE TABLE prices (id int PRIMARY KEY, cents int, label text,
            doubled int GENERATED ALWAYS AS (cents * 2) %1$s,
            shown text GENERATED ALWAYS AS (lower(label)) %1$s);
          INSERT INTO prices VALUES (1, 7, '7'), (2, 8, '8');
          """
              .formatted(kind));
      assertThat(
              verify(
                      database,
                      TestMigration.of("prices")
                          .set("cents", "doubled + 1")
                          .set("label", "doubled::text")
                          .where("false"))
                  .results())
          .containsExactly(
              new Certificate.Result("remaining", true, "no row is under the guard"),
              new Certificate.Result("recompute cents", true, generated("the expression")),
              new Certificate.Result("recompute label", true, generated("the expression")));
      assertThat(
              result(
                      verify(
                          database,
                          TestMigration.of("prices")
                              .transform(List.of("doubled"), List.of("cents"))
                              .where("false"),
                          row -> {}),
                      "recompute cents")
                  .detail())
          .isEqualTo(generated("the transform"));
      // what it is generated from is not written: compared as ever
      assertThat(
              result(
                      verify(
                          database,
                          TestMigration.of("prices")
                              .set("label", "(doubled / 2)::text")
                              .where("false")),
                      "recompute label")
                  .detail())
          .isEqualTo("2 rows compared, 0 differ");
    }
  }

  private static String generated(String reader) {
    return "not compared: %s reads 'doubled', which is generated from 'cents', which the migration writes"
        .formatted(reader);
  }

  @Test
  void whatCannotBeComparedSaysWhy() {
    database.execute("ALTER TABLE users ADD seen timestamptz, ADD token text");
    TestMigration migration =
        TestMigration.of("users")
            .set("seen", "now()")
            .set("token", "md5(random()::text)")
            .set("name", "upper(name)")
            .where("false");
    assertThat(verify(database, migration).results())
        .containsExactly(
            new Certificate.Result("remaining", true, "no row is under the guard"),
            new Certificate.Result(
                "recompute seen", true, "not compared: now() gives another value each time"),
            new Certificate.Result(
                "recompute token", true, "not compared: random() gives another value each time"),
            new Certificate.Result(
                "recompute name",
                true,
                "not compared: the expression reads 'name', which the migration writes"));
  }

  @Test
  void aDifferenceOverAnotherTableMayBeTheApplications() {
    database.execute("CREATE TABLE orders (user_id int); INSERT INTO orders VALUES (1), (1)");
    TestMigration migration =
        TestMigration.of("users")
            .set(
                "tier",
                "(SELECT CASE WHEN count(*) > 1 THEN 'gold' ELSE 'none' END FROM orders"
                    + " WHERE user_id = users.id)")
            .where("false");
    assertThat(result(verify(database, migration), "recompute tier").detail())
        .startsWith("1000 rows compared, 999 differ: keys 2, 3")
        .endsWith(
            "; it reads public.orders, so the application may have caused a difference since");
  }

  @Test
  void aRowThatCannotBeComputedIsNamedByItsKeyOnly() {
    database.execute("UPDATE users SET full_name = 'secret' WHERE id = 777");
    TestMigration migration =
        TestMigration.of("users")
            .set("tier", "(substr(full_name, 6)::int * 0)::text")
            .where("false");
    assertThat(result(verify(database, migration), "recompute tier"))
        .isEqualTo(
            new Certificate.Result(
                "recompute tier",
                false,
                "0 rows compared, 0 differ; 1 could not be computed: key 777: a value is refused,"
                    + " SQLSTATE 22P02 (the message may quote it and is left out)"));
  }

  @Test
  void textIsComparedLetterByLetterWhateverItsCollation() {
    database.execute(
        """
        CREATE EXTENSION citext;
        CREATE TABLE texts (id int PRIMARY KEY, a text COLLATE "C", b text, c varchar(3), d char(4),
                            e citext, f citext[]);
        INSERT INTO texts VALUES (1, 'x', 'x', 'x', 'x', 'x', '{x}'), (2, 'x', 'y', 'x', 'x', 'X', '{X}')
        """);
    Certificate certificate =
        verify(
            database,
            TestMigration.of("texts")
                .set("b", "a")
                .set("c", "a")
                .set("d", "a")
                .set("e", "a::citext")
                .set("f", "ARRAY[a]::citext[]")
                .where("false"));
    assertThat(certificate.results())
        .extracting(Certificate.Result::detail)
        .containsExactly(
            "no row is under the guard",
            "2 rows compared, 1 differ: keys 2",
            "2 rows compared, 0 differ",
            "2 rows compared, 0 differ",
            "2 rows compared, 1 differ: keys 2",
            "2 rows compared, 1 differ: keys 2",
            WAYS_ON.detail());
  }

  @Test
  void typesWithoutEqualityAreComparedByTheirImage() {
    database.execute(
        """
        CREATE TABLE shapes (id int PRIMARY KEY, x float, p point, b box, j json, n numeric);
        INSERT INTO shapes VALUES
          (1, 1, '(1,0)', '(1,1),(0,0)', '{"a": 1}', 1.0),
          (2, 2, '(3,0)', '(2,0.5),(0,0)', '{"a":1}', 2.00),
          (3, 3, NULL, NULL, NULL, NULL)
        """);
    Certificate certificate =
        verify(
            database,
            TestMigration.of("shapes")
                .set("p", "point(x, 0)")
                .set("b", "'(1,1),(0,0)'::box")
                .set("j", "'{\"a\": 1}'")
                .set("n", "x")
                .where("false"));
    assertThat(certificate.results())
        .extracting(Certificate.Result::detail)
        .containsExactly(
            "no row is under the guard",
            "3 rows compared, 2 differ: keys 2, 3",
            "3 rows compared, 2 differ: keys 2, 3",
            "3 rows compared, 2 differ: keys 2, 3",
            "3 rows compared, 1 differ: keys 3",
            WAYS_ON.detail());
  }

  @Test
  void aTransformIsRunAgain() {
    database.execute("UPDATE users SET name = 'wrong' WHERE id IN (3, 1000)");
    database.execute("UPDATE users SET name = NULL, full_name = NULL WHERE id = 4");
    database.execute("INSERT INTO users SELECT n, 'x', 'X' FROM generate_series(1001, 2500) AS n");
    TestMigration migration =
        TestMigration.of("users").transform(List.of("full_name"), List.of("name")).where("false");
    assertThat(result(verify(database, migration, TestVerification::upper), "recompute name"))
        .isEqualTo(
            new Certificate.Result(
                "recompute name", false, "2500 rows compared, 2 differ: keys 3, 1000"));
  }

  @Test
  void aTransformThatFailsIsNamedByKeyAndType() {
    TestMigration migration =
        TestMigration.of("users").transform(List.of("full_name"), List.of("name")).where("false");
    RowTransformer picky =
        row -> {
          if ("Name 5".equals(row.get("full_name"))) {
            throw new IllegalStateException("secret");
          }
          TestVerification.upper(row);
        };
    assertThat(result(verify(database, migration, picky), "recompute name").detail())
        .isEqualTo(
            "999 rows compared, 0 differ; 1 could not be computed:"
                + " key 5: java.lang.IllegalStateException");
  }

  @Test
  void aTransformInPlaceIsNotCompared() {
    TestMigration migration =
        TestMigration.of("users").transform(List.of("name"), List.of("name")).where("false");
    assertThat(result(verify(database, migration, row -> {}), "recompute name").detail())
        .isEqualTo("not compared: the transform reads 'name', which the migration writes");
    TestMigration needy =
        TestMigration.of("users").transform(List.of("id"), List.of("name")).where("false");
    assertThatThrownBy(() -> verify(database, needy))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0007_test needs its transformer to be verified");
  }
}

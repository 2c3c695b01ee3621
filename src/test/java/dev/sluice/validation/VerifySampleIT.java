package dev.sluice.validation;

import static dev.sluice.validation.TestVerification.result;
import static dev.sluice.validation.TestVerification.verify;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.VerifyPolicy;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which rows a sample compares, and what it costs. */
class VerifySampleIT {
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
  void aSampleComparesAboutAsManyRowsUnderAnyKey(PostgresServer server) {
    database.close();
    database = server.newDatabase();
    ControlTables.create(database);
    String columns = "n int, name text, part text COLLATE \"C\", token uuid";
    String rows =
        """
        INSERT INTO %s (n, name, part, token)
        SELECT n, 'Name', chr(97 + n %% 26), md5(n::text)::uuid FROM generate_series(1, 20000) AS n;
        ANALYZE %1$s;
        """;
    for (String key : List.of("n", "token", "part, n")) {
      database.execute(
          ("DROP TABLE IF EXISTS plain, split; CREATE TABLE plain (%1$s, PRIMARY KEY (%2$s));"
                  + " CREATE TABLE split (%1$s, PRIMARY KEY (%2$s)) PARTITION BY HASH (n);")
              .formatted(columns, key.equals("token") ? "token, n" : key));
      database.execute(
          """
          CREATE TABLE split_0 PARTITION OF split FOR VALUES WITH (MODULUS 2, REMAINDER 0);
          CREATE TABLE split_1 PARTITION OF split FOR VALUES WITH (MODULUS 2, REMAINDER 1);
          """);
      for (String table : List.of("plain", "split")) {
        database.execute(rows.formatted(table));
        TestMigration migration =
            TestMigration.of(table).set("name", "'Name'").where("false").verify(sample(2000));
        String detail = result(verify(database, migration), "recompute name").detail();
        assertThat(detail)
            .as("%s by %s", table, key)
            .endsWith(" of about 20000 rows (a sample, seed 1) compared, 0 differ");
        assertThat(Long.parseLong(detail.split(" ")[0])).isBetween(1900L, 2000L);
        assertThat(result(verify(database, migration), "recompute name").detail())
            .isEqualTo(detail);
      }
    }
  }

  @Test
  void aSampleMeetsEveryRegionOfTheTable() {
    database.execute(
        """
        INSERT INTO users SELECT n, 'n', 'N' FROM generate_series(1001, 100000) AS n;
        UPDATE users SET name = 'wrong' WHERE id BETWEEN 70001 AND 72000;
        ANALYZE users
        """);
    TestMigration migration =
        TestMigration.of("users")
            .set("name", "upper(full_name)")
            .where("false")
            .verify(sample(5000));
    assertThat(result(verify(database, migration), "recompute name").detail())
        .matches(
            "\\d+ of about 100000 rows \\(a sample, seed 1\\) compared, \\d\\d+ differ: keys 7.*");
  }

  @Test
  void aSampleOfATransformIsCutIntoItsOwnWindows() {
    database.execute(
        """
        INSERT INTO users SELECT n, 'n', 'N' FROM generate_series(1001, 10000) AS n;
        ANALYZE users
        """);
    TestMigration migration =
        TestMigration.of("users")
            .transform(List.of("full_name"), List.of("name"))
            .where("false")
            .verify(sample(3000));
    String detail =
        result(verify(database, migration, TestVerification::upper), "recompute name").detail();
    assertThat(detail).endsWith(" of about 10000 rows (a sample, seed 1) compared, 0 differ");
    assertThat(Long.parseLong(detail.split(" ")[0])).isBetween(2700L, 3000L);
  }

  @Test
  void aSampleReadsAFewPagesOfALargeTable() throws Exception {
    database.execute(
        """
        CREATE TABLE wide (id int PRIMARY KEY, name text) WITH (fillfactor = 10);
        INSERT INTO wide SELECT n, 'name' FROM generate_series(1, 100000) AS n
        """);
    // so that counting what remains looks at the index only
    database.execute("VACUUM (ANALYZE) wide");
    long before = pagesRead("wide");

    Certificate.Result result =
        result(
            verify(
                database,
                TestMigration.of("wide").set("name", "'name'").where("false").verify(sample(2000))),
            "recompute name");

    assertThat(result.detail())
        .endsWith(" of about 100000 rows (a sample, seed 1) compared, 0 differ");
    long pages = database.count("generate_series(1, pg_relation_size('wide') / 8192)");
    assertThat(pages).isGreaterThan(5_000);
    // 2000 pages each to cut the table and to choose the keys from, and those of the sample's rows
    assertThat(pagesRead("wide") - before).isBetween(1L, 4_900L);
  }

  /** What a session has read is told by the server once the session has ended. */
  private long pagesRead(String table) throws InterruptedException {
    String others =
        "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for (int i = 0; i < 600 && database.count(others) > 0; i++) {
      Thread.sleep(50);
    }
    return database.count(
        "generate_series(1, pg_stat_get_blocks_fetched('%s'::regclass))".formatted(table));
  }

  private static VerifyPolicy sample(int rows) {
    return new VerifyPolicy(new VerifyPolicy.Sample.Rows(rows), VerifyPolicy.Differences.FAIL);
  }
}

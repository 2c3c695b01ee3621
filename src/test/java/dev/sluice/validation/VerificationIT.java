package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Check;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.VerifyPolicy;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerificationIT {
  private static final MigrationId ID = new MigrationId("0007_test");
  private static final Instant NOW = Instant.parse("2026-11-21T01:02:03.000004Z");

  /** After all columns, once, if any differs. */
  private static final Certificate.Result WAYS_ON =
      new Certificate.Result(
          "recompute",
          false,
          "covers rows that were never under the guard too: this run did not change those."
              + " Where other values are right, set 'verify: {differences: report}', which lists"
              + " them without failing; where they are wrong, correct them");

  private TestDatabase database;

  @BeforeEach
  void createTables() {
    database = PostgresServer.newest().newDatabase();
    ControlTables.create(database);
    database.execute(
        """
        CREATE TABLE users (id int PRIMARY KEY, full_name text, name text, tier text);
        INSERT INTO users
        SELECT n, 'Name ' || n, 'NAME ' || n, CASE WHEN n <= 7 THEN 'gold' END
        FROM generate_series(1, 1000) AS n
        """);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aSoundRunHasACleanCertificate(PostgresServer server) {
    database.close();
    database = server.newDatabase();
    ControlTables.create(database);
    database.execute(
        """
        CREATE TABLE "Order" ("Id" int, part text COLLATE "C", cents int, euros numeric(9, 2),
                              doc json, PRIMARY KEY ("Id", part));
        INSERT INTO "Order"
        SELECT n, 'p', n, n / 100.0, json_build_object('n', n) FROM generate_series(1, 100) AS n
        """);
    TestMigration migration =
        TestMigration.of("\"Order\"")
            .set("euros", "cents / 100.0")
            .set("doc", "json_build_object('n', cents) -- :x ?")
            .where("euros IS NULL")
            .after(
                new Check.Sql("some", "SELECT count(*) > 0 FROM \"Order\""),
                new Check.NotNull(TestMigration.identifiers("euros", "doc")),
                new Check.RowCountUnchanged());
    new Baselines(database.dataSource(), duration -> {}).capture(migration.build(), 1);

    Certificate certificate = verify(migration);

    assertThat(certificate.results())
        .containsExactly(
            new Certificate.Result("remaining", true, "no row is under the guard"),
            new Certificate.Result("some", true, "returned true"),
            new Certificate.Result("not-null euros", true, "no NULL"),
            new Certificate.Result("not-null doc", true, "no NULL"),
            new Certificate.Result("row-count unchanged", true, "100 rows, as before the run"),
            new Certificate.Result("recompute euros", true, "100 rows compared, 0 differ"),
            new Certificate.Result("recompute doc", true, "100 rows compared, 0 differ"));
    assertThat(certificate.passed()).isTrue();
    assertThat(certificate.verifiedAt()).isEqualTo(NOW);
    assertThat(new Certificates(database.dataSource()).latest(ID, 1)).contains(certificate);
    assertThat(new Certificates(database.dataSource()).latest(ID, 2)).isEmpty();
  }

  @Test
  void everythingThatIsWrongIsTold() {
    TestMigration migration =
        TestMigration.of("users")
            .set("name", "upper(full_name)")
            .set("tier", "CASE WHEN id <= 7 THEN 'gold' ELSE 'none' END")
            .where("tier IS NULL")
            .after(
                new Check.Sql("mine", "SELECT false"),
                new Check.Sql("broken", "SELECT nothing"),
                new Check.NotNull(TestMigration.identifiers("tier")),
                new Check.RowCountUnchanged());
    database.execute("UPDATE users SET name = 'wrong' WHERE id IN (3, 500)");

    Certificate certificate = verify(migration);

    String keys =
        "keys 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, …";
    assertThat(certificate.results())
        .containsExactly(
            new Certificate.Result(
                "remaining", false, "993 rows are still under the guard: " + keys),
            new Certificate.Result("mine", false, "returned false"),
            new Certificate.Result(
                "broken", false, "is an error: column \"nothing\" does not exist [42703]"),
            new Certificate.Result("not-null tier", false, "993 rows have NULL: " + keys),
            new Certificate.Result(
                "row-count unchanged",
                false,
                "there is no counted baseline to compare with: it is captured before the run"),
            new Certificate.Result(
                "recompute name", false, "1000 rows compared, 2 differ: keys 3, 500"),
            new Certificate.Result(
                "recompute tier", false, "1000 rows compared, 993 differ: " + keys),
            WAYS_ON);
    assertThat(certificate.passed()).isFalse();
  }

  @Test
  void aChangedRowCountNamesBothCounts() {
    TestMigration migration =
        TestMigration.of("users")
            .set("name", "upper(full_name)")
            .where("name IS NULL")
            .after(new Check.RowCountUnchanged());
    new Baselines(database.dataSource(), duration -> {}).capture(migration.build(), 1);
    database.execute("DELETE FROM users WHERE id > 990");
    assertThat(result(verify(migration), "row-count unchanged"))
        .isEqualTo(
            new Certificate.Result(
                "row-count unchanged",
                false,
                "1000 rows before the run, 990 now:"
                    + " the application's own inserts and deletes count too"));
  }

  @Test
  void windowsCoverAllRowsOfALargeTable() {
    database.execute(
        """
        INSERT INTO users
        SELECT n, 'Name ' || n, 'NAME ' || n FROM generate_series(1001, 120003) AS n;
        UPDATE users SET name = NULL WHERE id IN (1, 50000, 50001, 100000, 120003)
        """);
    Certificate certificate =
        verify(TestMigration.of("users").set("name", "upper(full_name)").where("name IS NULL"));
    String keys = "keys 1, 50000, 50001, 100000, 120003";
    assertThat(certificate.results())
        .containsExactly(
            new Certificate.Result("remaining", false, "5 rows are still under the guard: " + keys),
            new Certificate.Result(
                "recompute name", false, "120003 rows compared, 5 differ: " + keys),
            WAYS_ON);
  }

  @Test
  void differencesMayBeReportedOnly() {
    database.execute("UPDATE users SET name = 'wrong' WHERE id = 3");
    TestMigration migration =
        TestMigration.of("users")
            .set("name", "upper(full_name)")
            .where("name IS NULL")
            .verify(
                new VerifyPolicy(new VerifyPolicy.Sample.All(), VerifyPolicy.Differences.REPORT));
    assertThat(verify(migration).results())
        .containsExactly(
            new Certificate.Result("remaining", true, "no row is under the guard"),
            new Certificate.Result(
                "recompute name",
                true,
                "1000 rows compared, 1 differ: keys 3;"
                    + " reported only, as verify.differences asks"));
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
        String detail = result(verify(migration), "recompute name").detail();
        assertThat(detail)
            .as("%s by %s", table, key)
            .endsWith(" of about 20000 rows (a sample, seed 1) compared, 0 differ");
        assertThat(Long.parseLong(detail.split(" ")[0])).isBetween(1900L, 2000L);
        assertThat(result(verify(migration), "recompute name").detail()).isEqualTo(detail);
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
    assertThat(result(verify(migration), "recompute name").detail())
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
    String detail = result(verify(migration, VerificationIT::upper), "recompute name").detail();
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
                TestMigration.of("wide").set("name", "'name'").where("false").verify(sample(2000))),
            "recompute name");

    assertThat(result.detail())
        .endsWith(" of about 100000 rows (a sample, seed 1) compared, 0 differ");
    long pages = database.count("generate_series(1, pg_relation_size('wide') / 8192)");
    assertThat(pages).isGreaterThan(5_000);
    // 2000 pages to choose the keys from, and those of the sample's own rows
    assertThat(pagesRead("wide") - before).isBetween(1L, 3_500L);
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

  @Test
  void aWindowThatOverrunsItsTimeIsHalved() {
    database.execute(
        """
        CREATE FUNCTION slow(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN PERFORM pg_sleep(0.001); RETURN upper(value); END $$;
        UPDATE users SET name = 'wrong' WHERE id = 900
        """);
    for (TestMigration migration :
        List.of(
            TestMigration.of("users").set("name", "slow(full_name)").where("false"),
            TestMigration.of("users")
                .set("tier", "tier")
                .where("slow(full_name) <> name")
                .after(new Check.NotNull(TestMigration.identifiers("name"))))) {
      Certificate certificate = verify(migration, null, Duration.ofMillis(500));
      assertThat(certificate.results())
          .extracting(Certificate.Result::detail)
          .containsAnyOf(
              "1000 rows compared, 1 differ: keys 900",
              "1 rows are still under the guard: keys 900");
    }
  }

  @Test
  void aRowThatOverrunsTheTimeAloneIsNamed() {
    database.execute(
        """
        CREATE FUNCTION stuck(id int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN IF id = 600 THEN PERFORM pg_sleep(60); END IF; RETURN 'gold'; END $$;
        """);
    TestMigration migration = TestMigration.of("users").set("tier", "stuck(id)").where("false");
    assertThat(verify(migration, null, Duration.ofSeconds(1)).results())
        .containsExactly(
            new Certificate.Result("remaining", true, "no row is under the guard"),
            new Certificate.Result(
                "recompute",
                false,
                "was given up: one row of public.users, its key after 599 and up to 600, takes"
                    + " longer than 1 s: the expression is slow there, or dead rows stand before"
                    + " it. Mend the expression or VACUUM the table, and verify again"));
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void whatReadsAColumnGeneratedFromAWrittenOneIsNotCompared(PostgresServer server) {
    database.close();
    database = server.newDatabase();
    ControlTables.create(database);
    List<String> kinds =
        database.count("pg_settings WHERE name = 'server_version_num' AND setting::int >= 180000")
                > 0
            ? List.of("STORED", "VIRTUAL")
            : List.of("STORED");
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
    assertThat(verify(migration).results())
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
    assertThat(result(verify(migration), "recompute tier").detail())
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
    assertThat(result(verify(migration), "recompute tier"))
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
    assertThat(result(verify(migration, VerificationIT::upper), "recompute name"))
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
          upper(row);
        };
    assertThat(result(verify(migration, picky), "recompute name").detail())
        .isEqualTo(
            "999 rows compared, 0 differ; 1 could not be computed:"
                + " key 5: java.lang.IllegalStateException");
  }

  @Test
  void aTransformInPlaceIsNotCompared() {
    TestMigration migration =
        TestMigration.of("users").transform(List.of("name"), List.of("name")).where("false");
    assertThat(result(verify(migration, row -> {}), "recompute name").detail())
        .isEqualTo("not compared: the transform reads 'name', which the migration writes");
    TestMigration needy =
        TestMigration.of("users").transform(List.of("id"), List.of("name")).where("false");
    assertThatThrownBy(() -> verify(needy))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0007_test needs its transformer to be verified");
  }

  @Test
  void distributionListsTheMostFrequentValues() {
    database.execute(
        "UPDATE users SET tier = CASE WHEN id <= 600 THEN 'gold' WHEN id <= 900 THEN 'NULL' END");
    Certificate certificate =
        verify(
            TestMigration.of("users")
                .set("tier", "NULL")
                .where("false")
                .distribution("tier", "id", "full_name"));
    assertThat(result(certificate, "distribution tier").detail())
        .isEqualTo("'gold' 600, 'NULL' 300, NULL 100");
    assertThat(result(certificate, "distribution id").detail())
        .startsWith("'1' 1, '10' 1, ")
        .endsWith(", and 990 other values");
    database.execute("INSERT INTO users SELECT n FROM generate_series(1001, 11000) AS n");
    certificate =
        verify(TestMigration.of("users").set("tier", "NULL").where("false").distribution("id"));
    assertThat(result(certificate, "distribution id").detail())
        .isEqualTo("more than 10000 different values");
  }

  private Certificate verify(TestMigration migration) {
    return verify(migration, null);
  }

  private Certificate verify(TestMigration migration, @Nullable RowTransformer transformer) {
    return verify(migration, transformer, Duration.ofSeconds(30));
  }

  private Certificate verify(
      TestMigration migration, @Nullable RowTransformer transformer, Duration windowMax) {
    DataMigration built = migration.build();
    Clock clock = Clock.fixed(NOW.plusNanos(999), ZoneOffset.UTC);
    database.execute("DELETE FROM sluice.certificate");
    return new Verification(
            database.dataSource(), duration -> {}, clock, windowMax, Duration.ofSeconds(30))
        .verify(built, 1, transformer);
  }

  private static void upper(Row row) {
    String name = row.getString("full_name");
    row.set("name", name == null ? null : name.toUpperCase(Locale.ROOT));
  }

  private static Certificate.Result result(Certificate certificate, String name) {
    return certificate.results().stream()
        .filter(result -> result.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}

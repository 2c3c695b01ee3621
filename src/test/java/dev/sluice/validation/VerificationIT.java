package dev.sluice.validation;

import static dev.sluice.validation.TestVerification.NOW;
import static dev.sluice.validation.TestVerification.WAYS_ON;
import static dev.sluice.validation.TestVerification.result;
import static dev.sluice.validation.TestVerification.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Check;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.VerifyPolicy;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A verification as a whole: its checks, its windows, its certificate. */
class VerificationIT {
  private static final MigrationId ID = new MigrationId("0007_test");

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

    Certificate certificate = verify(database, migration);

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

  /** Row 5 is set aside and row 6 waits; neither was changed, and row 7 is wrong. */
  @Test
  void rowsThatAreSetAsideOrWaitAreNeitherMissingNorWrong() {
    database.execute(
        """
        UPDATE users SET name = NULL WHERE id IN (5, 6, 7);
        CREATE TABLE sluice.captured_0007_test (id int, _kseq bigint PRIMARY KEY, _kdue boolean NOT NULL);
        INSERT INTO sluice.captured_0007_test VALUES (6, 1, true);
        INSERT INTO sluice.quarantine (migration_id, run, key, row_version, message)
        VALUES ('0007_test', 1, '{5}', '1', 'a test');
        """);
    TestMigration migration =
        TestMigration.of("users")
            .set("name", "upper(full_name)")
            .where("name IS NULL")
            .after(new Check.NotNull(TestMigration.identifiers("name")));
    Certificate.Result quarantine =
        new Certificate.Result(
            "quarantine",
            true,
            "1 rows are set aside and were not changed, the other results are without them");
    Certificate.Result captured =
        new Certificate.Result(
            "captured",
            true,
            "1 changes of the application wait to be done, their rows are not compared; 'run"
                + " 0007_test' does them");

    assertThat(verify(database, migration).results())
        .containsExactly(
            new Certificate.Result("remaining", false, "1 rows are still under the guard: keys 7"),
            new Certificate.Result("not-null name", false, "1 rows have NULL: keys 7"),
            new Certificate.Result("recompute name", false, "998 rows compared, 1 differ: keys 7"),
            WAYS_ON,
            quarantine,
            captured);

    database.execute("UPDATE users SET name = 'NAME 7' WHERE id = 7");
    TestMigration incomparable =
        TestMigration.of("users")
            .set("name", "upper(full_name) || clock_timestamp()::text")
            .where("name IS NULL");
    assertThat(verify(database, incomparable).results())
        .contains(quarantine, captured)
        .allMatch(Certificate.Result::passed);
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

    Certificate certificate = verify(database, migration);

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
    assertThat(result(verify(database, migration), "row-count unchanged"))
        .isEqualTo(
            new Certificate.Result(
                "row-count unchanged",
                true,
                "1000 rows before the run, 990 now: the application's own inserts and deletes."
                    + " Each transaction of the run left as many rows as it found"));
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
        verify(
            database,
            TestMigration.of("users").set("name", "upper(full_name)").where("name IS NULL"));
    String keys = "keys 1, 50000, 50001, 100000, 120003";
    assertThat(certificate.results())
        .containsExactly(
            new Certificate.Result("remaining", false, "5 rows are still under the guard: " + keys),
            new Certificate.Result(
                "recompute name", false, "120003 rows compared, 5 differ: " + keys),
            WAYS_ON);
  }

  @Test
  void aRollbackThatBeginsMeanwhileLeavesNoCertificate() {
    Waiter rollsBack =
        duration -> database.execute("UPDATE sluice.migration SET state = 'rolling_back'");
    Verification verification =
        new Verification(
            database.dataSource(),
            rollsBack,
            Clock.systemUTC(),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30));
    assertThatThrownBy(
            () ->
                verification.verify(
                    TestMigration.of("users").set("name", "full_name").where("false").build(),
                    1,
                    null))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "0007_test: is being rolled back, and rows that are back are no result of the run. End"
                + " that with 'rollback 0007_test'.");
    assertThat(database.count("sluice.certificate")).isZero();
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
    assertThat(verify(database, migration).results())
        .containsExactly(
            new Certificate.Result("remaining", true, "no row is under the guard"),
            new Certificate.Result(
                "recompute name",
                true,
                "1000 rows compared, 1 differ: keys 3;"
                    + " reported only, as verify.differences asks"));
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
      Certificate certificate = verify(database, migration, null, Duration.ofMillis(500));
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
    assertThat(verify(database, migration, null, Duration.ofSeconds(1)).results())
        .containsExactly(
            new Certificate.Result("remaining", true, "no row is under the guard"),
            new Certificate.Result(
                "recompute",
                false,
                "was given up: one row of public.users, its key after 599 and up to 600, takes"
                    + " longer than 1 s: the expression is slow there, or dead rows stand before"
                    + " it. Mend the expression or VACUUM the table, and verify again"));
  }

  @Test
  void distributionListsTheMostFrequentValues() {
    database.execute(
        "UPDATE users SET tier = CASE WHEN id <= 600 THEN 'gold' WHEN id <= 900 THEN 'NULL' END");
    Certificate certificate =
        verify(
            database,
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
        verify(
            database,
            TestMigration.of("users").set("tier", "NULL").where("false").distribution("id"));
    assertThat(result(certificate, "distribution id").detail())
        .isEqualTo("more than 10000 different values");
  }
}

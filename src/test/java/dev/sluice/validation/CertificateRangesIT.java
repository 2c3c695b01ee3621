package dev.sluice.validation;

import static dev.sluice.validation.TestVerification.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.VerifyPolicy;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The key ranges of certificates: what is hashed of them, and what a later one tells by it. */
class CertificateRangesIT {
  private static final MigrationId ID = new MigrationId("0007_test");
  private static final Instant FIRST = Instant.parse("2026-11-21T01:00:00Z");

  private TestDatabase database;
  private Instant now = FIRST;

  @BeforeEach
  void createTables() {
    use(PostgresServer.newest());
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private void use(PostgresServer server) {
    if (database != null) {
      database.close();
    }
    database = server.newDatabase();
    ControlTables.create(database);
    database.execute(
        """
        CREATE TABLE users (id int PRIMARY KEY, full_name text, name text);
        INSERT INTO users SELECT n, 'Name ' || n, 'NAME ' || n FROM generate_series(1, 8000) AS n;
        ANALYZE users
        """);
  }

  private static TestMigration upper() {
    return TestMigration.of("users").set("name", "upper(full_name)").where("false").workers(4);
  }

  /** A second after the one before. */
  private Certificate verify(TestMigration migration, @Nullable RowTransformer transformer) {
    return verify(migration, transformer, duration -> {});
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Certificate verify(
      TestMigration migration, @Nullable RowTransformer transformer, Waiter waiter) {
    Certificate certificate =
        new Verification(
                database.dataSource(),
                waiter,
                Clock.fixed(now, ZoneOffset.UTC),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30))
            .verify(migration.build(), 1, transformer);
    now = now.plusSeconds(1);
    return certificate;
  }

  private List<HashedRange> ranges() {
    return latest().hashed().ranges();
  }

  private HashedRanges.Earlier latest() {
    return new Certificates(database.dataSource()).latestRanges(ID, 1).orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void theHashIsThatOfTheKeysAndTheValues(PostgresServer server) {
    use(server);
    assertThat(verify(upper(), null).results())
        .containsExactly(
            new Certificate.Result("remaining", true, "no row is under the guard"),
            new Certificate.Result("recompute name", true, "8000 rows compared, 0 differ"));

    List<HashedRange> ranges = ranges();
    assertThat(ranges).hasSize(8);
    assertThat(ranges.stream().mapToLong(HashedRange::rows).sum()).isEqualTo(8000);
    assertThat(latest().hashed().basis())
        .isEqualTo(new HashedRanges.Basis("public.users", "id integer", List.of("name")));
    HashedRange second = ranges.get(1);
    assertThat(second.hash()).isEqualTo(hashOfNames(second));
  }

  /** Made another way: sorted and folded in Java. */
  private String hashOfNames(HashedRange range) {
    RowHash hash = new RowHash();
    database
        .jdbc()
        .sql(
            """
            SELECT md5(int4send(4) || int4send(id) || int4send(length(name)) || textsend(name))
            FROM users
            WHERE id > CAST(? AS int) AND id <= CAST(? AS int)
            ORDER BY random()
            """)
        .params(
            Objects.requireNonNull(range.cut().range().after()).texts().get(0),
            Objects.requireNonNull(range.cut().range().through()).texts().get(0))
        .query(String.class)
        .list()
        .forEach(hash::addRow);
    return hash.hex();
  }

  @Test
  void javaAndSqlHashTheSame() {
    verify(upper(), null);
    List<HashedRange> bySql = ranges();
    verify(
        TestMigration.of("users")
            .transform(List.of("full_name"), List.of("name"))
            .where("false")
            .workers(2),
        TestVerification::upper);
    assertThat(latest().verifiedAt()).isEqualTo(FIRST.plusSeconds(1));
    assertThat(ranges()).isEqualTo(bySql);
  }

  @Test
  void aLaterCertificateTellsWhichRangesHaveChanged() {
    verify(upper(), null);
    assertThat(result(verify(upper(), null), "ranges"))
        .isEqualTo(
            new Certificate.Result(
                "ranges", true, "8 of 8 unchanged since the certificate of 2026-11-21T01:00:00Z"));

    database.execute(
        """
        UPDATE users SET name = 'x', full_name = 'X' WHERE id = 3000;
        UPDATE users SET full_name = full_name || '' WHERE id = 5000;
        DELETE FROM users WHERE id = 8000;
        INSERT INTO users SELECT n, 'N', 'N' FROM generate_series(8001, 8010) AS n
        """);
    Certificate.Result changed = result(verify(upper(), null), "ranges");
    assertThat(changed)
        .isEqualTo(
            new Certificate.Result(
                "ranges",
                true,
                "6 of 8 unchanged since the certificate of 2026-11-21T01:00:01Z;"
                    + " changed: keys after 2000 up to 3000, after 7000 up to 8000;"
                    + " 1 cut anew, of keys that came later"));
    assertThat(ranges()).hasSize(9);
    assertThat(ranges().get(8).cut().tail()).isTrue();

    // too few for a range of their own: the tail takes the next ones in
    database.execute("INSERT INTO users VALUES (8011, 'N', 'N')");
    assertThat(result(verify(upper(), null), "ranges").detail())
        .isEqualTo(
            "8 of 8 unchanged since the certificate of 2026-11-21T01:00:02Z;"
                + " 1 cut anew, of keys that came later");
    assertThat(ranges()).hasSize(9);
    assertThat(ranges().stream().mapToLong(HashedRange::rows).sum()).isEqualTo(8010);
  }

  @Test
  void aTableThatHasGrownIsCutWhereItGrew() {
    verify(upper(), null);
    database.execute(
        """
        INSERT INTO users SELECT n, 'n', 'N' FROM generate_series(8001, 48000) AS n;
        ANALYZE users
        """);
    assertThat(result(verify(upper(), null), "ranges").detail())
        .isEqualTo(
            "8 of 8 unchanged since the certificate of 2026-11-21T01:00:00Z;"
                + " 24 cut anew, of keys that came later");
    assertThat(ranges()).hasSize(32).noneMatch(range -> range.cut().tail());
    assertThat(result(verify(upper(), null), "ranges").detail())
        .isEqualTo("32 of 32 unchanged since the certificate of 2026-11-21T01:00:01Z");
  }

  @Test
  void keysOfAnyTextAreBounds() {
    database.execute(
        """
        CREATE TABLE "Order" ("the Key" text, part int, name text, PRIMARY KEY ("the Key", part));
        INSERT INTO "Order"
        SELECT format(E'{"a\\\\",\\n%s NULL\\'', n), n, 'N' FROM generate_series(1, 4000) AS n;
        INSERT INTO "Order" VALUES ('', 0, 'N');
        ANALYZE "Order"
        """);
    TestMigration migration =
        TestMigration.of("\"Order\"").set("name", "'N'").where("false").workers(4);
    verify(migration, null);
    List<HashedRange> before = ranges();
    assertThat(before).hasSize(4);
    assertThat(result(verify(migration, null), "ranges").detail()).startsWith("4 of 4 unchanged");
    assertThat(ranges()).isEqualTo(before);
  }

  /** A type of one's own has another number in another database. */
  @Test
  void anotherDatabaseHashesTheSame() {
    String tables =
        """
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TABLE person (id mood PRIMARY KEY, now mood, worth numeric, item aclitem);
        INSERT INTO person VALUES ('sad', 'ok', 1.50, 'postgres=r/postgres'), ('ok', 'sad', NULL, NULL);
        """;
    TestMigration migration =
        TestMigration.of("person")
            .set("now", "now")
            .set("worth", "0")
            .set("item", "NULL")
            .where("false")
            .verify(
                new VerifyPolicy(new VerifyPolicy.Sample.All(), VerifyPolicy.Differences.REPORT));
    TestMigration named =
        TestMigration.of("person").set("now", "'ok'").set("worth", "0").where("false");
    database.execute(tables);
    verify(named, null);
    List<HashedRange> here = ranges();
    use(PostgresServer.oldest());
    database.execute("CREATE TYPE another AS (a int);" + tables);
    verify(named, null);
    assertThat(ranges()).isEqualTo(here);
    database.execute("UPDATE person SET worth = 1.5 WHERE id = 'sad'");
    assertThat(result(verify(named, null), "ranges").detail())
        .startsWith("0 of 1 unchanged since the certificate of ");
    assertThat(verify(migration, null).results()).isNotEmpty();
  }

  @Test
  void otherColumnsAreNotComparable() {
    database.execute("ALTER TABLE users ADD COLUMN tier text");
    verify(upper(), null);
    assertThat(result(verify(upper().set("tier", "NULL"), null), "ranges").detail())
        .isEqualTo(
            "not compared with the certificate of 2026-11-21T01:00:00Z, which is of other rows or"
                + " columns (name of public.users by id integer)");
    assertThat(ranges()).hasSize(8);
  }

  @Test
  void whatCouldNotBeComputedIsNotUnchanged() {
    TestMigration migration =
        TestMigration.of("users")
            .set("name", "upper(full_name) || left('', id / (id - 4500))")
            .where("false")
            .workers(4);
    verify(migration, null);
    assertThat(ranges()).filteredOn(range -> range.hash() == null).hasSize(1);
    assertThat(result(verify(migration, null), "ranges").detail())
        .isEqualTo(
            "7 of 8 unchanged since the certificate of 2026-11-21T01:00:00Z;"
                + " changed: keys after 4000 up to 5000");
  }

  @Test
  void aSampleHasNoRanges() {
    TestMigration sample =
        upper()
            .verify(
                new VerifyPolicy(new VerifyPolicy.Sample.Rows(100), VerifyPolicy.Differences.FAIL));
    verify(sample, null);
    assertThat(new Certificates(database.dataSource()).latestRanges(ID, 1)).isEmpty();
    verify(upper(), null);
    assertThat(verify(sample, null).results())
        .extracting(Certificate.Result::name)
        .containsExactly("remaining", "recompute name");
  }

  @Test
  void anEmptyTableHasNoRanges() {
    database.execute("TRUNCATE users");
    assertThat(result(verify(upper(), null), "recompute name").detail())
        .isEqualTo("0 rows compared, 0 differ");
    assertThat(new Certificates(database.dataSource()).latestRanges(ID, 1)).isEmpty();
  }

  @Test
  void onlyTheLatestCertificatesKeepTheirRanges() {
    for (int i = 0; i < CertificateRanges.CERTIFICATES_MAX + 3; i++) {
      verify(upper(), null);
    }
    assertThat(database.count("sluice.verification"))
        .isEqualTo(CertificateRanges.CERTIFICATES_MAX + 3);
    assertThat(database.count("(SELECT DISTINCT verified_at FROM sluice.certificate_range) AS v"))
        .isEqualTo(CertificateRanges.CERTIFICATES_MAX);
    assertThat(latest().verifiedAt())
        .isEqualTo(FIRST.plusSeconds(CertificateRanges.CERTIFICATES_MAX + 2));
  }

  @Test
  @Timeout(120)
  void workersVerifyAtOnceAndTellTheSame() {
    database.execute(
        """
        UPDATE users SET name = 'wrong' WHERE id IN (2100, 2500, 7777) OR id BETWEEN 4001 AND 4030
        """);
    TestMigration alone = upper().workers(1);
    assertThat(verify(alone, null).results())
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(withoutRanges(verify(upper(), null)));
    // each waits for the other: one alone would never pass
    CountDownLatch met = new CountDownLatch(2);
    Set<Thread> waited = ConcurrentHashMap.newKeySet();
    Waiter both =
        duration -> {
          if (waited.add(Thread.currentThread())) {
            met.countDown();
            awaitUninterruptibly(met);
          }
        };
    assertThat(result(verify(upper().workers(2), null, both), "recompute name").detail())
        .isEqualTo(
            "8000 rows compared, 33 differ: keys 2100, 2500, 4001, 4002, 4003, 4004, 4005, 4006,"
                + " 4007, 4008, 4009, 4010, 4011, 4012, 4013, 4014, 4015, 4016, 4017, 4018, …");
  }

  private static List<Certificate.Result> withoutRanges(Certificate certificate) {
    return certificate.results().stream()
        .filter(result -> !result.name().equals("ranges"))
        .toList();
  }

  @Test
  void aStopIsObeyedByAllWorkers() {
    Set<Thread> asked = ConcurrentHashMap.newKeySet();
    Waiter stop =
        duration -> {
          asked.add(Thread.currentThread());
          if (asked.size() > 1) {
            throw new Waiter.StoppedException();
          }
        };
    Verification verification =
        new Verification(
            database.dataSource(),
            stop,
            Clock.systemUTC(),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30));
    assertThatThrownBy(() -> verification.verify(upper().build(), 1, null))
        .isInstanceOf(Waiter.StoppedException.class);
    assertThat(database.count("sluice.certificate")).isZero();
    List<String> left = new ArrayList<>();
    asked.stream()
        .filter(thread -> thread != Thread.currentThread())
        .forEach(t -> left.add(live(t)));
    assertThat(left).isNotEmpty().containsOnly("ended");
  }

  private static String live(Thread thread) {
    return thread.isAlive() ? "lives" : "ended";
  }

  @Test
  void theFirstRowThatIsTooSlowIsNamedWhicheverWorkerMeetsIt() {
    database.execute(
        """
        CREATE FUNCTION stuck(id int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN IF id IN (900, 1001) THEN PERFORM pg_sleep(60); END IF; RETURN 'N'; END $$;
        """);
    TestMigration migration =
        TestMigration.of("users").set("name", "stuck(id)").where("false").workers(4);
    Certificate certificate =
        new Verification(
                database.dataSource(),
                duration -> {},
                Clock.systemUTC(),
                Duration.ofMillis(500),
                Duration.ofSeconds(30))
            .verify(migration.build(), 1, null);
    assertThat(result(certificate, "recompute").detail())
        .startsWith("was given up: one row of public.users, its key after 899 and up to 900, ");
    assertThat(new Certificates(database.dataSource()).latestRanges(ID, 1)).isEmpty();
  }
}

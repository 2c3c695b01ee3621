package dev.sluice.validation;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Verifies without a run: tables as one would have left them, and no undo journal. */
final class TestVerification {
  static final Instant NOW = Instant.parse("2026-11-21T01:02:03.000004Z");

  /** After all columns, once, if any differs. */
  static final Certificate.Result WAYS_ON =
      new Certificate.Result(
          "recompute",
          false,
          "covers rows that were never under the guard too: this run did not change those."
              + " Where other values are right, set 'verify: {differences: report}', which lists"
              + " them without failing; where they are wrong, correct them");

  private TestVerification() {}

  /** With the program's own tables and 1000 users. */
  static TestDatabase newDatabase() {
    TestDatabase database = PostgresServer.newest().newDatabase();
    ControlTables.create(database);
    database.execute(
        """
        CREATE TABLE users (id int PRIMARY KEY, full_name text, name text, tier text);
        INSERT INTO users
        SELECT n, 'Name ' || n, 'NAME ' || n, CASE WHEN n <= 7 THEN 'gold' END
        FROM generate_series(1, 1000) AS n
        """);
    return database;
  }

  static Certificate verify(TestDatabase database, TestMigration migration) {
    return verify(database, migration, null);
  }

  static Certificate verify(
      TestDatabase database, TestMigration migration, @Nullable RowTransformer transformer) {
    return verify(database, migration, transformer, Duration.ofSeconds(30));
  }

  static Certificate verify(
      TestDatabase database,
      TestMigration migration,
      @Nullable RowTransformer transformer,
      Duration windowMax) {
    DataMigration built = migration.build();
    Clock clock = Clock.fixed(NOW.plusNanos(999), ZoneOffset.UTC);
    database.execute("DELETE FROM sluice.certificate; DELETE FROM sluice.verification");
    return new Verification(
            database.dataSource(), duration -> {}, clock, windowMax, Duration.ofSeconds(30))
        .verify(built, 1, transformer);
  }

  static void upper(Row row) {
    String name = row.getString("full_name");
    row.set("name", name == null ? null : name.toUpperCase(Locale.ROOT));
  }

  static Certificate.Result result(Certificate certificate, String name) {
    return certificate.results().stream()
        .filter(result -> result.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}

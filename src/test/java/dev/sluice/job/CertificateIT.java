package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.MigrationId;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import dev.sluice.validation.Certificate;
import dev.sluice.validation.Certificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a certificate says of a run, and of what was done to its rows since. Prints how long. */
class CertificateIT {
  private static final String ID = "0001_names";
  private static final int ROWS = Boolean.getBoolean("sluice.torture") ? 2_000_000 : 20_000;
  private static final int VERIFICATION_FAILED = 6;
  private static final int FAILED = 5;

  private static final String NAMES =
      """
      table: users
      where: first_name IS NULL
      workers: 2
      set:
        first_name: split_part(full_name, ' ', 1)
        last_name: split_part(full_name, ' ', 2)
      """;

  @TempDir private Path jobs;
  private TestDatabase database;
  private Program program;

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    program = new Program(database, jobs, ID);
    database.execute(
        """
        CREATE TABLE users (id bigint PRIMARY KEY, full_name text);
        INSERT INTO users SELECT n, 'Ada' || n || ' Lovelace' || n FROM generate_series(1, %d) AS n;
        ANALYZE users
        """
            .formatted(ROWS));
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private Certificate certificate() {
    return new Certificates(database.dataSource()).latest(new MigrationId(ID), 1).orElseThrow();
  }

  private String detail(String name) {
    return certificate().results().stream()
        .filter(result -> result.name().equals(name))
        .map(Certificate.Result::detail)
        .findFirst()
        .orElseThrow();
  }

  private void print(String what) {
    Duration time =
        Duration.between(
            certificate().verifiedAt(), Objects.requireNonNull(certificate().endedAt()));
    System.out.printf("CertificateIT: %s, %,d rows: %,d ms%n", what, ROWS, time.toMillis());
  }

  @Test
  void wrongValuesPlantedAfterTheRunAreFoundWithTheirKeys() {
    program
        .write("expand.up.sql", "ALTER TABLE users ADD first_name text, ADD last_name text;")
        .write("expand.down.sql", "ALTER TABLE users DROP first_name, DROP last_name;")
        .define(NAMES + "undo: schema\n");
    program.run().done();
    print("verified by the run, no journal");
    assertThat(program.command("verify").done()).contains("  ok     ranges: ", " unchanged since ");
    print("verified again");

    database.execute(
        """
        UPDATE users SET first_name = 'Eve' WHERE id IN (7, %d);
        UPDATE users SET last_name = NULL WHERE id = %d
        """
            .formatted(ROWS / 2, ROWS));
    assertThat(program.command("verify").failed(VERIFICATION_FAILED))
        .contains(
            "recompute first_name %d rows compared, 2 differ: keys 7, %d".formatted(ROWS, ROWS / 2),
            "recompute last_name %d rows compared, 1 differ: keys %d".formatted(ROWS, ROWS));
    print("three wrong values found");
    String ranges = detail("ranges");
    System.out.printf("CertificateIT: ranges: %s%n", ranges);
    String[] words = ranges.split(" ");
    assertThat(Integer.parseInt(words[2]) - Integer.parseInt(words[0])).isEqualTo(3);
  }

  @Test
  void withAJournalWhatTheApplicationChangedSinceIsListedAndNotWrong() {
    database.execute("ALTER TABLE users ADD first_name text, ADD last_name text");
    program.define(NAMES + "undo: journal\n");
    program.run().done();
    print("verified by the run, with journal");

    database.execute(
        "UPDATE users SET first_name = 'Eve' WHERE id <= %1$d AND id %% (%1$d / 100) = 0"
            .formatted(ROWS));
    program.command("verify").done();
    print("100 changes since listed");
    assertThat(detail("changed since"))
        .startsWith(
            "%d rows of this run looked at: 100 hold other values by now and are not compared: keys %d, "
                .formatted(ROWS, ROWS / 100));
    assertThat(detail("recompute first_name"))
        .isEqualTo("%d rows compared, 0 differ".formatted(ROWS - 100));
    System.out.printf("CertificateIT: ranges: %s%n", detail("ranges"));
  }

  /** What a trigger of ours' update does is ours; what the application does meanwhile is not. */
  @Test
  void theRunItselfLeavesTheRowCountWhateverTheApplicationDoes() {
    database.execute(
        """
        ALTER TABLE users ADD first_name text, ADD last_name text;
        CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN DELETE FROM users WHERE id = 5; RETURN NULL; END $$;
        CREATE TRIGGER lose AFTER UPDATE ON users FOR EACH ROW WHEN (NEW.id = 1500)
          EXECUTE FUNCTION lose()
        """);
    program.define(NAMES + "undo: journal\nchecks: {after: [{row-count: unchanged}]}\n");
    assertThat(program.run().failed(FAILED))
        .contains(
            "0001_names: a chunk would leave 1 rows fewer in users, and checks.after asks for"
                + " row-count: unchanged. It was rolled back. A trigger or rule that fires on our"
                + " update inserts or deletes rows: change that, and run again.");
    assertThat(database.count("users")).isEqualTo(ROWS);

    database.execute(
        """
        DROP TRIGGER lose ON users;
        INSERT INTO users SELECT n, 'Eve E' FROM generate_series(%1$d + 1, %1$d + 10) AS n;
        DELETE FROM users WHERE id <= 3
        """
            .formatted(ROWS));
    program.run().done();
    assertThat(detail("row-count unchanged"))
        .isEqualTo(
            ("%d rows before the run, %d now: the application's own inserts and deletes. Each"
                    + " transaction of the run left as many rows as it found")
                .formatted(ROWS, ROWS + 7));
  }
}

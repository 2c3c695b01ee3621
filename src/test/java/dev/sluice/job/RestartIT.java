package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.CommandLine;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a launch does with what earlier ones left. */
class RestartIT {

  private static final String ID = "0001_fill";
  private static final String DEFINITION =
      """
      description: Fill b from a
      table: t
      where: b IS NULL
      set: {b: a * 2}
      checks:
        before: [{name: nothing is done yet, sql: SELECT NOT EXISTS (SELECT FROM t WHERE b > 0)}]
      """;

  @TempDir Path jobs;
  private TestDatabase database;
  private final StringBuilder err = new StringBuilder();

  @BeforeEach
  void create() throws Exception {
    database = PostgresServer.newest().newDatabase();
    database.execute(
        """
        CREATE TABLE t (id int PRIMARY KEY, a int, b int);
        INSERT INTO t SELECT i, i FROM generate_series(1, 1000) AS i;
        """);
    Files.createDirectory(jobs.resolve(ID));
    write("migration.yaml", DEFINITION);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void aRunThatDiedBeforeTheLedgerKnewItsEndIsCompleted() {
    assertThat(run()).isZero();
    database.execute("UPDATE sluice.migration SET state = 'running', ended_at = NULL");
    assertThat(run()).isZero();
    assertThat(state()).isEqualTo("completed");
  }

  @Test
  void rowsThatCameUnderTheGuardSinceAFailedConstrainAreSwept() throws Exception {
    write("constrain.up.sql", "ALTER TABLE t ADD CONSTRAINT small CHECK (b < 10000);");
    database.execute("INSERT INTO t VALUES (5000, 9000, NULL)");
    assertThat(run()).isEqualTo(5);
    assertThat(err.toString()).contains("[23514]");
    database.execute(
        """
        UPDATE t SET a = 1, b = 2 WHERE id = 5000;
        INSERT INTO t VALUES (2000, 7, NULL)
        """);
    assertThat(run()).isZero();
    assertThat(database.count("t WHERE b IS DISTINCT FROM a * 2")).isZero();
  }

  @Test
  void aChangedDefinitionOfACompletedRunIsRefused() throws Exception {
    assertThat(run()).isZero();
    write("migration.yaml", DEFINITION.replace("a * 2", "a * 3"));
    assertThat(run()).isEqualTo(3);
    assertThat(err.toString())
        .contains("0001_fill: was completed at ")
        .contains("with other files (checksum ")
        .contains(
            "Put the files back, and make a new migration for the change; or, if both do the same,"
                + " take the new ones as they are: 'repair 0001_fill --accept-changes'.");
  }

  @Test
  void aMigrationThatIsBeingRolledBackDoesNotGoForward() {
    assertThat(run()).isZero();
    database.execute("UPDATE sluice.migration SET state = 'rolling_back'");
    assertThat(run()).isEqualTo(3);
    assertThat(err.toString())
        .isEqualToIgnoringNewLines(
            "0001_fill: is being rolled back. End that with 'rollback 0001_fill', then run it again.\n");
    assertThat(state()).isEqualTo("rolling_back");
  }

  @Test
  void noTableOfOursHoldsAValueOfARow() throws Exception {
    write("migration.yaml", DEFINITION.replace("a * 2", "('secret' || a)::int"));
    assertThat(run()).isEqualTo(5);
    assertThat(err.toString()).doesNotContain("secret1").contains("[22P02]");
    assertThat(database.count("sluice.migration WHERE failure LIKE '%secret1%'")).isZero();
  }

  private void write(String file, String text) throws Exception {
    Files.writeString(jobs.resolve(ID).resolve(file), text);
  }

  private String state() {
    return database.jdbc().sql("SELECT state FROM sluice.migration").query(String.class).single();
  }

  private int run() {
    CommandLine.Result result = new CommandLine(database, jobs).run("run", ID);
    err.append(result.err());
    return result.exitCode();
  }
}

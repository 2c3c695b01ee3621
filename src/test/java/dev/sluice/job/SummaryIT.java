package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.SluiceCommand;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said at the end: what changed, by which files, each check, how long, what can follow. */
class SummaryIT {

  private static final String ID = "0001_fill";
  private static final String DEFINITION =
      """
      description: Fill b from a
      table: t
      where: b IS NULL
      set: {b: a * 2}
      undo: journal
      """;

  @TempDir Path jobs;
  private TestDatabase database;

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    database.execute(
        """
        CREATE TABLE t (id int PRIMARY KEY, a int, b int);
        INSERT INTO t SELECT i, i FROM generate_series(1, 1000) AS i;
        """);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void aRunAndItsRollback() throws Exception {
    write(ID, "migration.yaml", DEFINITION);
    write(ID, "constrain.up.sql", "ALTER TABLE t ALTER COLUMN b SET NOT NULL;");
    write(ID, "constrain.down.sql", "ALTER TABLE t ALTER COLUMN b DROP NOT NULL;");
    write(ID, "cleanup.up.sql", "ALTER TABLE t DROP COLUMN a;");

    assertThat(sluice("run", ID, 0))
        .isEqualTo(
            """
            0001_fill: completed
              1,000 rows changed of 1,000 visited, N rows/s from the first chunk to the end of the sweep
              table  t: b
              files  jobs/0001_fill: migration.yaml, constrain.up.sql
              ok     remaining: no row is under the guard
              ok     changed since: 1000 rows of this run looked at: none was written again
              ok     recompute b: 1000 rows compared, 0 differ
              time   N s
              next   'verify 0001_fill' checks the result again, at any time
              next   'rollback 0001_fill' takes it back
              next   'cleanup 0001_fill --confirm 0001_fill' drops the old side for good, from DATE on""");
    assertThat(sluice("rollback", ID, 0))
        .isEqualTo(
            """
            0001_fill: rolled back
              1,000 rows put back of 1,000 looked at, N rows/s
              table  t: b
              files  jobs/0001_fill: constrain.down.sql
              ok     restored: no row is left that could be put back
              time   N s
              next   'run 0001_fill' begins anew""");
  }

  @Test
  void aRunThatCannotBeTakenBack() throws Exception {
    write(
        ID,
        "migration.yaml",
        DEFINITION.replace("undo: journal", "undo: none\nirreversible: b was empty before"));

    assertThat(sluice("run", ID, 0))
        .contains("\n  next   it cannot be taken back: b was empty before")
        .doesNotContain("cleanup");
  }

  @Test
  void aMigrationOfSqlFiles() throws Exception {
    write("0002_c", "expand.up.sql", "ALTER TABLE t ADD COLUMN c int;");
    write("0002_c", "expand.down.sql", "ALTER TABLE t DROP COLUMN c;");
    write("0002_c", "cleanup.up.sql", "ALTER TABLE t DROP COLUMN a;");

    assertThat(sluice("run", "0002_c", 0))
        .isEqualTo(
            """
            0002_c: completed
              files  jobs/0002_c: expand.up.sql
              time   N s
              next   'rollback 0002_c' takes it back
              next   'cleanup 0002_c --confirm 0002_c' drops the old side for good, from DATE on""");
    assertThat(sluice("cleanup", "0002_c", 3, "--confirm", "0002_c"))
        .startsWith("0002_c: was completed at ")
        .endsWith(" Clean up then.");
    database.execute("UPDATE sluice.migration SET ended_at = ended_at - interval '7 days'");
    assertThat(sluice("cleanup", "0002_c", 0, "--confirm", "0002_c"))
        .isEqualTo(
            """
            0002_c: cleaned up
              gone   column public.t.a: size unknown (never analysed)
              files  jobs/0002_c: cleanup.up.sql
              time   N s
              next   nothing is left to do, and a rollback is impossible from here on""");
  }

  @Test
  void aFailedRunThatIsTakenBackAtOnce() throws Exception {
    write(
        ID,
        "migration.yaml",
        DEFINITION
            + """
            on-failure: rollback
            checks: {after: [{name: nothing is large, sql: SELECT max(b) < 1000 FROM t}]}
            """);

    assertThat(sluice("run", ID, 9))
        .isEqualTo(
            """
            0001_fill: failed, and was taken back as 'on-failure: rollback' asks
            What failed:
              0001_fill: verification failed: nothing is large returned false
              Correct the rows or the definition, and verify again.
            What was tried: 1 launch, N s
            What was taken back:
              0001_fill: rolled back
                1,000 rows put back of 1,000 looked at, N rows/s
                table  t: b
                ok     restored: no row is left that could be put back
                time   N s
                next   'run 0001_fill' begins anew""");
  }

  /** It died an hour ago, after an hour's work, and nobody looked until now. */
  @Test
  void theTimeThatALaunchLayDeadIsNotCounted() throws Exception {
    write(ID, "migration.yaml", DEFINITION);
    database.execute("ALTER TABLE t ADD CONSTRAINT small CHECK (b < 1000)");
    sluice("run", ID, 5);
    database.execute(
        """
        ALTER TABLE t DROP CONSTRAINT small;
        UPDATE sluice.migration SET state = 'running';
        UPDATE sluice.batch_step_execution
        SET status = 'STARTED', end_time = NULL, last_updated = last_updated - interval '1 hour';
        UPDATE sluice.batch_job_execution
        SET status = 'STARTED', end_time = NULL, last_updated = last_updated - interval '1 hour',
            start_time = start_time - interval '2 hours';
        """);

    assertThat(sluice("run", ID, 0))
        .containsPattern("\n  time   N s, with the launches before it 1 h[^(]* \\(2 launches\\)\n");
  }

  /** However long the verification takes: what was done lately is no speed any more by then. */
  @Test
  void theSpeedIsThatOfTheChunks() throws Exception {
    write(
        ID,
        "migration.yaml",
        DEFINITION + "checks: {after: [{name: slow, sql: 'SELECT true FROM pg_sleep(3)'}]}\n");

    String said = said("run", ID, 0);

    long rate =
        database
            .jdbc()
            .sql(
                """
                SELECT round(sum(read_count) / extract(epoch FROM max(end_time) - min(start_time)))
                FROM sluice.batch_step_execution
                WHERE step_name LIKE 'chunks:%' OR step_name = 'sweep'
                """)
            .query(Long.class)
            .single();
    assertThat(said)
        .contains(String.format("1,000 rows changed of 1,000 visited, %,d rows/s", rate));
  }

  private void write(String id, String file, String text) throws Exception {
    Path folder = Files.createDirectories(jobs.resolve(id));
    Files.writeString(folder.resolve(file), text);
  }

  /** Runs a command and returns what it said, without what differs from run to run. */
  private String sluice(String command, String id, int exitCode, String... options) {
    return said(command, id, exitCode, options)
        .replaceAll("[0-9,]+ rows/s", "N rows/s")
        .replaceAll("\\b[0-9]+ m?s\\b", "N s")
        .replaceAll("from [0-9]{4}-[0-9-]{5} [0-9:]{5} UTC on", "from DATE on");
  }

  private String said(String command, String id, int exitCode, String... options) {
    List<String> args = new ArrayList<>(List.of(command, id, "--jobs", jobs.toString()));
    args.addAll(List.of("--url", database.url(), "--user", database.server().user()));
    args.add("--spring-argument=--spring.datasource.password=" + database.server().password());
    args.addAll(List.of(options));
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said, true);
    int code = SluiceCommand.execute(writer, writer, args.toArray(new String[0]));
    assertThat(code).as(said.toString()).isEqualTo(exitCode);
    return said.toString()
        .strip()
        .replace(System.lineSeparator(), "\n")
        .replace(jobs.toString(), "jobs");
  }
}

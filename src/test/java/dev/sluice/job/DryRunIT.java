package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said before a run, and that nothing is done. */
class DryRunIT {

  private static final String DEFINITION =
      """
      table: t
      where: b IS NULL
      set: {b: a * 2}
      undo: schema
      """;

  @TempDir private Path jobs;

  @Test
  void saysHowLongItTakes() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute(
          """
          CREATE TABLE t (id int PRIMARY KEY, a int);
          INSERT INTO t SELECT i, i FROM generate_series(1, 12000) AS i;
          """);
      database.execute("VACUUM ANALYZE t");
      Program first =
          new Program(database, jobs, "0001_first")
              .define(DEFINITION)
              .write("expand.up.sql", "ALTER TABLE t ADD COLUMN b int;")
              .write("expand.down.sql", "ALTER TABLE t DROP COLUMN b;");

      assertThat(first.run("--dry-run").done())
          .isEqualTo(
              """
              0001_first: A test
              would change b of t where b IS NULL
              chunks of at most 1000 rows, 2 workers
              would run %s/0001_first/expand.up.sql
              the guard and the expressions are checked once expand.up.sql has added the columns
              about 12,000 rows in the table (the planner's estimate)
              takes, if all are to do, about 1 s at 100,000 rows/s, a guess, nothing ran on this database yet
              """
                  .formatted(jobs));
      assertThat(database.count("pg_namespace WHERE nspname = 'sluice'")).isZero();

      first.run().done();
      database.execute("UPDATE t SET b = NULL; ANALYZE t");
      String again =
          new Program(database, jobs, "0002_again")
              .define(DEFINITION.replace("undo: schema", "undo: journal"))
              .run("--dry-run", "--workers", "1")
              .done();
      assertThat(again)
          .contains("about 12,000 rows to do (the planner's estimate)\n")
          .containsPattern("takes about \\d+ s at [\\d,]+ rows/s, as 0001_first did on this");
    }
  }
}

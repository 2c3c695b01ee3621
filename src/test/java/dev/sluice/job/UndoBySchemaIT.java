package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Added columns are dropped with the run's values, and not with the application's. */
class UndoBySchemaIT {

  private static final String HALVES =
      """
      table: word
      where: half IS NULL
      set: {half: id / 2.0}
      """;

  private static final String WAY_OUT =
      " expand.down.sql would drop them. Save what is needed, then run 'rollback 0001_half"
          + " --discard-changes'.\n";

  @TempDir private Path jobs;
  private TestDatabase database;
  private Program program;

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    database.execute(
        """
        CREATE TABLE word (id int PRIMARY KEY, v text);
        INSERT INTO word SELECT n, 'word ' || n FROM generate_series(1, 10) AS n;
        """);
    program =
        new Program(database, jobs, "0001_half")
            .define(HALVES)
            .write("expand.up.sql", "ALTER TABLE word ADD COLUMN half numeric;")
            .write("expand.down.sql", "ALTER TABLE word DROP COLUMN half;");
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private long columns(String name) {
    return database.count(
        "pg_attribute WHERE attrelid = 'word'::regclass AND attname = '%s'".formatted(name));
  }

  @Test
  void goesWithoutAFlagWhereTheApplicationWroteNothing() {
    program.run().done();
    database.execute(
        """
        INSERT INTO word (id) VALUES (11);
        UPDATE word SET half = NULL WHERE id = 3;
        DELETE FROM word WHERE id = 4;
        """);
    assertThat(program.rollback("--dry-run").done())
        .isEqualToIgnoringNewLines(
            """
            0001_half: run 1 can be taken back
              no row would be put back: every written column (half) goes
              would run %s/expand.down.sql, which drops half
            """
                .formatted(jobs.resolve("0001_half")));
    program.rollback().done();
    assertThat(columns("half")).isZero();
    program.run().done();
  }

  @Test
  void aColumnInTheWayOfExpandIsForgottenOnceItIsGone() {
    database.execute("ALTER TABLE word ADD COLUMN half numeric");
    program.write("expand.down.sql", "ALTER TABLE word ALTER COLUMN v DROP NOT NULL;");
    program.run().failed(5);
    program.write("expand.down.sql", "ALTER TABLE word DROP COLUMN half;");
    database.execute("ALTER TABLE word DROP COLUMN half");
    program.run().done();
    program.rollback().done();
    assertThat(columns("half")).isZero();
  }

  @Test
  void aValueOfTheApplicationIsNotDroppedUnasked() {
    program.run().done();
    database.execute(
        """
        UPDATE word SET half = 7 WHERE id = 3;
        UPDATE word SET half = half::numeric(9,4) WHERE id = 5; -- equal, and not the same
        """);
    assertThat(program.rollback().failed(3))
        .isEqualToIgnoringNewLines(
            "0001_half: 2 rows of public.word hold other values in column 'half' than the"
                + " definition computes for them now, keys 3, 5."
                + WAY_OUT);
    assertThat(program.state()).isEqualTo("completed");
    program.rollback("--discard-changes").done();
    assertThat(columns("half")).isZero();
  }

  @Test
  void aColumnThatOnlyTheApplicationWritesCountsToo() {
    program
        .write(
            "expand.up.sql",
            """
            ALTER TABLE word ADD COLUMN half numeric;
            ALTER TABLE word ADD COLUMN note text DEFAULT 'none';
            """)
        .write("expand.down.sql", "ALTER TABLE word DROP COLUMN half, DROP COLUMN note;")
        .run()
        .done();
    database.execute("UPDATE word SET note = 'mine' WHERE id = 2");
    assertThat(program.rollback().failed(3))
        .isEqualToIgnoringNewLines(
            "0001_half: 1 rows of public.word hold values in column 'note' that the run did not"
                + " write, keys 2."
                + WAY_OUT);
    database.execute("UPDATE word SET note = DEFAULT");
    program.rollback().done();
    assertThat(columns("note")).isZero();
  }

  @Test
  void aTransformIsComputedAgain() {
    program
        .define(
            """
            table: word
            where: half IS NULL
            transform: {class: Half, read: [id], write: [half]}
            """)
        .write(
            "Half.java",
            """
            import dev.sluice.migration.Row;
            import dev.sluice.migration.RowTransformer;

            public final class Half implements RowTransformer {
              @Override
              public void transform(Row row) {
                row.set("half", new java.math.BigDecimal(String.valueOf(row.get("id"))).movePointLeft(1));
              }
            }
            """)
        .run()
        .done();
    database.execute("UPDATE word SET half = 7 WHERE id = 3");
    assertThat(program.rollback().failed(3))
        .contains("1 rows of public.word hold other values in column 'half'")
        .contains("keys 3.");
    database.execute("UPDATE word SET half = 0.3 WHERE id = 3");
    program.rollback().done();
    assertThat(columns("half")).isZero();
  }

  @Test
  void withAJournalRowsThatAreNotInItHoldValuesOfTheApplication() {
    program.define(
        """
        table: word
        where: half IS NULL
        set: {half: id / 2.0}
        undo: journal
        """);
    program.run().done();
    database.execute("INSERT INTO word VALUES (11, 'new', 5), (12, 'new', NULL)");
    assertThat(program.rollback().failed(3))
        .isEqualToIgnoringNewLines(
            "0001_half: 1 rows of public.word hold values in column 'half' that the run did not"
                + " write, keys 11."
                + WAY_OUT);
    assertThat(program.state()).isEqualTo("completed");
    database.execute("DELETE FROM word WHERE id = 11; UPDATE word SET half = 99 WHERE id = 1");
    assertThat(program.rollback().failed(3)).contains("keys 1.");
    database.execute("UPDATE word SET half = NULL WHERE id = 1");
    assertThat(program.rollback().exitCode()).isEqualTo(8);
    assertThat(columns("half")).isZero();
  }

  @Test
  void aFailedRunIsTakenBackAtOnceWithoutAFlag() {
    program.define(
        HALVES
            + """
            on-failure: rollback
            checks: {after: [{name: none is large, sql: SELECT max(half) < 3 FROM word}]}
            """);
    assertThat(program.run().failed(9))
        .contains("none is large")
        .contains("0001_half: rolled back");
    assertThat(program.state()).isEqualTo("rolled_back");
    assertThat(columns("half")).isZero();
    assertThat(program.run().failed(9)).contains("0001_half: rolled back");
  }

  @Test
  void aColumnThatExpandDownKeepsIsPutBackByTheJournal() {
    program.write("expand.down.sql", "ALTER TABLE word ALTER COLUMN v DROP NOT NULL;").run().done();
    program.rollback().done();
    assertThat(database.count("word WHERE half IS NULL")).isEqualTo(10);
  }
}

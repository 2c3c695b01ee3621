package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a rollback refuses, what that leaves, and what it says of the rows. */
class RollbackIT {

  private static final String IN_CAPITALS =
      """
      table: word
      set: {v: "left(upper(v), 3)"}
      """;

  private static final String DROPS_NICK =
      "0001_word: expand.down.sql names column 'nick', which was there before expand.up.sql: a"
          + " rollback would destroy what it held. Take it out of expand.down.sql.\n";

  @TempDir private Path jobs;
  private TestDatabase database;
  private Program program;

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    database.execute(
        """
        CREATE TABLE word (id int PRIMARY KEY, v varchar(20));
        INSERT INTO word SELECT n, 'word ' || n FROM generate_series(1, 12) AS n;
        """);
    program = new Program(database, jobs, "0001_word");
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void anOldValueThatNoLongerFitsIsRefusedBeforeAnythingIsTakenBack() {
    program
        .define(IN_CAPITALS)
        .write("constrain.up.sql", "CREATE INDEX word_v ON word (v);")
        .write("constrain.down.sql", "DROP INDEX word_v;")
        .run()
        .done();
    database.execute("ALTER TABLE word ALTER COLUMN v TYPE varchar(3)");

    assertThat(program.rollback().failed(3))
        .isEqualToIgnoringNewLines(
            "0001_word: 12 rows had a longer value in column 'v' than character varying(3) takes"
                + " now, keys 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12. Widen the column first.\n");

    assertThat(program.state()).isEqualTo("completed");
    assertThat(database.count("pg_class WHERE relname = 'word_v'")).isOne();
    database.execute("ALTER TABLE word ALTER COLUMN v TYPE varchar(20)");
    program.rollback().done();
    assertThat(database.count("word WHERE v = 'word ' || id")).isEqualTo(12);
  }

  @Test
  void whatConstrainDownDropsIsNoObstacleAndWhatItDoesNotIs() {
    program
        .define(IN_CAPITALS)
        .write(
            "constrain.up.sql",
            """
            ALTER TABLE word ADD CONSTRAINT capital CHECK (v = upper(v));
            ALTER TABLE word ADD CONSTRAINT short CHECK (length(v) < 5);
            """)
        .write("constrain.down.sql", "ALTER TABLE word DROP CONSTRAINT capital;")
        .run()
        .done();

    assertThat(program.rollback().failed(3))
        .isEqualToIgnoringNewLines(
            "0001_word: the old values of 12 rows violate constraint 'short', keys 1, 2, 3, 4, 5,"
                + " 6, 7, 8, 9, 10, 11, 12. Drop it in constrain.down.sql, or correct those rows"
                + " first.\n");
    assertThat(program.state()).isEqualTo("completed");

    database.execute("ALTER TABLE word DROP CONSTRAINT short");
    program.rollback().done();
    assertThat(database.count("word WHERE v = 'word ' || id")).isEqualTo(12);
  }

  @Test
  void aDryRunCountsWhatWouldHappenAndChangesNothing() {
    program
        .define(IN_CAPITALS)
        .write("expand.up.sql", "ALTER TABLE word ADD COLUMN note text;")
        .write("expand.down.sql", "ALTER TABLE word DROP COLUMN note;")
        .write("constrain.up.sql", "CREATE INDEX word_v ON word (v);")
        .write("constrain.down.sql", "DROP INDEX word_v;")
        .run()
        .done();
    database.execute(
        """
        UPDATE word SET v = 'mine' WHERE id IN (3, 5);
        DELETE FROM word WHERE id = 7;
        """);
    Path folder = jobs.resolve("0001_word");

    assertThat(program.rollback("--dry-run").done())
        .isEqualToIgnoringNewLines(
            """
            0001_word: run 1 can be taken back
              would run %1$s/constrain.down.sql
              would put back 9 rows of public.word from the undo journal: v
              would leave 2 rows as they are, which the application has written since: keys 3, 5
              1 rows that the run changed are gone: deleted since, or their key was changed
              would run %1$s/expand.down.sql, which drops note
            """
                .formatted(folder));
    assertThat(program.state()).isEqualTo("completed");
    assertThat(database.count("word WHERE v IN ('WOR', 'mine')")).isEqualTo(11);

    Program.Answer back = program.rollback();
    assertThat(back.exitCode()).as(back.err()).isEqualTo(8);
    assertThat(back.out())
        .contains("  9 rows put back of 12 looked at, ")
        .contains(
            "  1 rows that the run changed are gone: deleted since, or their key was changed\n")
        .contains(
            "  conflicts: 2 rows left as they are, the application has written these rows since:"
                + " keys 3; 5\n");
    assertThat(program.rollback("--dry-run").done()).contains("was rolled back at ");
  }

  @Test
  void aDryRunSaysWhatSpeaksAgainstIt() {
    assertThat(program.define(IN_CAPITALS).rollback("--dry-run").failed(3))
        .isEqualToIgnoringNewLines("0001_word: was never run, there is nothing to take back.\n");
    program.run().done();
    database.execute("ALTER TABLE word ALTER COLUMN v TYPE varchar(3)");
    assertThat(program.rollback("--dry-run").failed(3)).contains("12 rows had a longer value");
    assertThat(program.state()).isEqualTo("completed");
  }

  @Test
  void aRowThatNeededNoChangeIsVisitedAndNotChanged() {
    database.execute("UPDATE word SET v = 'ABC' WHERE id <= 4");
    assertThat(program.define(IN_CAPITALS).run().done())
        .contains("  8 rows changed of 12 visited, ");
    assertThat(program.status()).contains("0001_word  completed, 12 of 12 rows, 8 changed, ");
    assertThat(program.status("--json")).contains("\"rowsDone\":12,\"rowsChanged\":8,");
    assertThat(program.rollback().done()).contains("  8 rows put back of 12 looked at, ");
  }

  @Test
  void rowsOutsideTheGuardBeforeTheRunSpeakAgainstAnInverse() {
    database.execute("UPDATE word SET v = upper(v) WHERE id <= 2");
    program.define(
        """
        table: word
        where: v <> upper(v)
        set: {v: upper(v)}
        undo: {sql: {v: lower(v)}}
        """);
    assertThat(program.run().failed(3))
        .isEqualToIgnoringNewLines(
            "0001_word: 2 rows of public.word are outside the guard before the run, keys 1, 2: a"
                + " rollback by undo.sql would change them too, though the run never did. Write"
                + " undo: journal.\n");
    assertThat(database.count("word WHERE v = upper(v)")).isEqualTo(2);

    database.execute("UPDATE word SET v = lower(v)");
    program.run().done();
    assertThat(program.rollback("--dry-run").done())
        .contains(
            "would put back every row of public.word that is outside the guard, by undo.sql: v");
    program.rollback().done();
    assertThat(database.count("word WHERE v = 'word ' || id")).isEqualTo(12);
    program.run().done();
  }

  @Test
  void aKilledEndOfARollbackIsFoundWithItsJournalGone() {
    program
        .define(IN_CAPITALS)
        .write("expand.up.sql", "ALTER TABLE word ADD COLUMN note text;")
        .write("expand.down.sql", "ALTER TABLE word DROP COLUMN note;")
        .run()
        .done();
    program.rollback().done();
    database.execute(
        """
        UPDATE sluice.migration SET state = 'rolling_back';
        UPDATE sluice.batch_step_execution SET status = 'FAILED' WHERE step_name = 'expand-down';
        UPDATE sluice.batch_job_execution SET status = 'FAILED'
        WHERE job_execution_id = (SELECT max(job_execution_id) FROM sluice.batch_job_execution);
        """);
    program.rollback().done();
    assertThat(program.state()).isEqualTo("rolled_back");
    program.run().done();
  }

  @Test
  void aJournalThatTheRollbackDidNotDropItselfIsMissed() {
    String refused =
        "0001_word: its undo journal sluice.undo_0001_word is gone, and with it the old values of"
            + " every row. Restore that table from a backup; or change the rows back by other"
            + " means, and say so with 'force 0001_word rolled_back'.\n";
    program.define(IN_CAPITALS).run().done();
    database.execute("ALTER TABLE sluice.undo_0001_word RENAME TO saved");
    assertThat(program.rollback("--dry-run").failed(3)).isEqualToIgnoringNewLines(refused);
    assertThat(program.rollback().failed(3)).isEqualToIgnoringNewLines(refused);
    assertThat(program.state()).isEqualTo("completed");
    database.execute("UPDATE sluice.migration SET state = 'rolling_back'");
    assertThat(program.rollback().failed(3)).isEqualToIgnoringNewLines(refused);

    database.execute("ALTER TABLE sluice.saved RENAME TO undo_0001_word");
    program.rollback().done();
    assertThat(database.count("word WHERE v = 'word ' || id")).isEqualTo(12);

    program.command("force", "completed").done(); // and nobody says how
    assertThat(program.rollback().failed(3)).isEqualToIgnoringNewLines(refused);
    program.command("force", "rolled_back").done();
    program.run().done();
  }

  @Test
  void rowsGoBackThoughAnEarlierRunHadColumnsToDrop() throws IOException {
    program
        .define(IN_CAPITALS)
        .write("expand.up.sql", "ALTER TABLE word ADD COLUMN note text;")
        .write("expand.down.sql", "ALTER TABLE word DROP COLUMN note;")
        .run()
        .done();
    program.rollback().done();
    Files.delete(jobs.resolve("0001_word/expand.up.sql"));
    Files.delete(jobs.resolve("0001_word/expand.down.sql"));
    program.run().done();
    program.rollback().done();
    assertThat(database.count("word WHERE v = 'word ' || id")).isEqualTo(12);
  }

  @Test
  void aRunFromBeforeThereWasUndoGoesOnAndCannotBeTakenBack() {
    database.execute("CREATE TABLE gate (closed boolean); INSERT INTO gate VALUES (true)");
    program.define(
        """
        table: word
        where: v <> upper(v)
        set: {v: upper(v)}
        checks: {after: [{name: open, sql: SELECT count(*) = 0 FROM gate}]}
        """);
    program.run().failed(6);
    database.execute(
        """
        DELETE FROM sluice.undo;
        DELETE FROM gate;
        INSERT INTO word VALUES (13, 'word 13');
        """);
    program.run().done();
    assertThat(database.count("word WHERE v = upper(v)")).isEqualTo(13);
    assertThat(program.rollback().failed(3))
        .isEqualToIgnoringNewLines(
            "0001_word: the run was made before undo was built: nothing was kept that could be put"
                + " back.\n");
  }

  @Test
  void aColumnFromBeforeIsRefusedBeforeExpandRunsAndSurvivesARollback() {
    database.execute("ALTER TABLE word ADD COLUMN nick text; UPDATE word SET nick = 'mine'");
    program
        .define("table: word\nwhere: note IS NULL\nset: {note: upper(v)}\n")
        .write(
            "expand.up.sql",
            "ALTER TABLE word ADD COLUMN note text, ADD COLUMN IF NOT EXISTS nick text;")
        .write("expand.down.sql", "ALTER TABLE \"word\" DROP COLUMN note, DROP IF EXISTS Nick;");
    assertThat(program.run("--dry-run").failed(3)).isEqualToIgnoringNewLines(DROPS_NICK);
    assertThat(program.run().failed(3)).isEqualToIgnoringNewLines(DROPS_NICK);
    assertThat(
            database.count("pg_attribute WHERE attrelid = 'word'::regclass AND attname = 'note'"))
        .isZero();
    program.rollback("--discard-changes").done();
    assertThat(database.count("word WHERE nick = 'mine'")).isEqualTo(12);
  }

  @Test
  void aColumnFromBeforeIsNotDroppedByAnExpandDownThatNamesItLater() {
    database.execute("ALTER TABLE word ADD COLUMN nick text; UPDATE word SET nick = 'mine'");
    program
        .define("table: word\nwhere: note IS NULL\nset: {note: upper(v)}\n")
        .write("expand.up.sql", "ALTER TABLE word ADD COLUMN note text;")
        .write("expand.down.sql", "ALTER TABLE word DROP COLUMN note;")
        .run()
        .done();
    program.write("expand.down.sql", "ALTER TABLE word DROP COLUMN note, DROP COLUMN nick;");
    program.command("repair", "--accept-changes").done();
    assertThat(program.rollback("--dry-run").failed(3)).isEqualToIgnoringNewLines(DROPS_NICK);
    assertThat(program.rollback("--discard-changes").failed(3))
        .isEqualToIgnoringNewLines(DROPS_NICK);
    assertThat(program.state()).isEqualTo("completed");
    assertThat(database.count("word WHERE nick = 'mine'")).isEqualTo(12);
    program.write("expand.down.sql", "ALTER TABLE word DROP COLUMN note;");
    program.command("repair", "--accept-changes").done();
    program.rollback().done();
    assertThat(database.count("word WHERE nick = 'mine'")).isEqualTo(12);
  }

  @Test
  void ofARunThatWasForcedTheColumnsValuesAreNotDroppedUnasked() {
    database.execute("ALTER TABLE word ADD COLUMN note text; UPDATE word SET note = 'by hand'");
    program
        .define("table: word\nwhere: note IS NULL\nset: {note: upper(v)}\n")
        .write("expand.up.sql", "ALTER TABLE word ADD COLUMN note text;")
        .write("expand.down.sql", "ALTER TABLE word DROP COLUMN note; DROP INDEX IF EXISTS id;")
        .command("force", "completed")
        .done();
    String refused =
        "0001_word: 12 rows of public.word hold values in column 'note' that the run did not write,"
            + " keys 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12. expand.down.sql would drop them. Save"
            + " what is needed, then run 'rollback 0001_word --discard-changes'.\n";
    assertThat(program.rollback("--dry-run").failed(3)).isEqualToIgnoringNewLines(refused);
    assertThat(program.rollback().failed(3)).isEqualToIgnoringNewLines(refused);
    assertThat(database.count("word WHERE note = 'by hand'")).isEqualTo(12);
    program.rollback("--discard-changes").done();
    program.run().done();
  }

  @Test
  void columnsThatNoJournalCanKeepAreRefused() {
    database.execute("ALTER TABLE word ADD COLUMN rights aclitem[]");
    program.define(
        """
        table: word
        where: rights IS NULL
        set: {rights: "'{}'"}
        """);
    assertThat(program.run().failed(3))
        .isEqualToIgnoringNewLines(
            "0001_word: column 'rights' of public.word has type aclitem[], which has no binary"
                + " form, and the undo journal could not tell its values from later ones. Write"
                + " undo: none and irreversible:, or change a column of another type.\n");

    database.execute(
        """
        CREATE DOMAIN filled AS text CHECK (VALUE IS NOT NULL);
        ALTER TABLE word ALTER COLUMN v TYPE filled;
        """);
    program.define("table: word\nset: {v: upper(v)}\n");
    assertThat(program.run().failed(3))
        .isEqualToIgnoringNewLines(
            "0001_word: column 'v' of public.word has type filled, a domain that forbids NULL, and"
                + " without a guard (where:) the journal notes new rows with NULL there: every"
                + " INSERT would fail. Add a guard.\n");
    database.execute("INSERT INTO word VALUES (13, 'still possible')");
  }
}

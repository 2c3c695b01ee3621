package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Script;
import dev.sluice.migration.Script.Kind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlatRulesTest {

  private static final String SET_REFUSED =
      ": would not reach every statement: the file runs in 2 transactions, each in a session"
          + " without settings. Write names with their schema, or set it for the role or the"
          + " database. SET LOCAL holds up to the next statement outside a transaction.";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE t SET a = 1; DELETE FROM t; TRUNCATE t; DROP TABLE t",
        "ALTER TABLE t ALTER a SET NOT NULL; CREATE INDEX ON t (a); CLUSTER t USING i",
        "BEGIN; CREATE TABLE a (id int); COMMIT;",
        "START TRANSACTION; CREATE TABLE a (id int); END",
        "SET search_path = app; CREATE TABLE t (id int)",
        "SET LOCAL role app; CREATE TABLE t (id int); CREATE INDEX CONCURRENTLY i ON t (id)",
        "SET statement_timeout = 0; CREATE INDEX CONCURRENTLY i ON t (id)",
        "DO $$ BEGIN UPDATE t SET a = 1; END $$",
        "",
      })
  void runsAsItIs(String text) {
    assertThat(check(true, text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          SELECT 1; SAVEPOINT a                 | where transactions begin and end is decided here
          BEGIN; SELECT 1; COMMIT; SELECT 2     | where transactions begin and end is decided here
          \\i other.sql                        | '\\i' is a command of psql
          COPY t FROM STDIN                     | its data would have to follow in the file
          SELECT 'a                             | a quote begins here and never ends.
          CREATE INDEX CONCURRENTLY ON t (a)    | an index built CONCURRENTLY must have a name here
          """)
  void someThingsNobodyCanRun(String text, String reason) {
    assertThat(check(true, text)).anyMatch(problem -> problem.contains(reason));
  }

  @Test
  void aSettingMustReachWhatFollowsIt() {
    assertThat(check(true, "SET search_path = app;\nVACUUM t"))
        .containsExactly("jobs/1_a.sql:1: SET search_path = app" + SET_REFUSED);
    assertThat(check(false, "SELECT 1;\nSET LOCAL search_path = app"))
        .containsExactly("jobs/1_a.sql:2: SET LOCAL search_path = app" + SET_REFUSED);
  }

  @Test
  void whatAFolderRefusesIsNoted() {
    assertThat(
            notes(
                Kind.UP,
                """
                CREATE TABLE fresh (id int); CREATE INDEX ON fresh (id);
                UPDATE t SET a = 1;
                DROP TABLE old;
                CREATE INDEX i ON t (a);
                ALTER TABLE t ALTER a SET NOT NULL;
                CLUSTER t USING i;
                CALL p();
                SET lock_timeout = '1h';
                DO $$ BEGIN DELETE FROM t; END $$;
                """))
        .containsExactly(
            "jobs/1_a.sql:2: UPDATE t SET a = 1: changes rows in one transaction, and keeps them"
                + " locked until it ends. A large table is changed in chunks by a migration.yaml.",
            "jobs/1_a.sql:3: DROP TABLE old: takes away what the application may still use.",
            "jobs/1_a.sql:4: CREATE INDEX i ON t (a): blocks every writer of the table while it"
                + " builds; CREATE INDEX CONCURRENTLY does not.",
            "jobs/1_a.sql:5: ALTER TABLE t ALTER a SET NOT NULL: scans the table under a lock that"
                + " blocks the application; the constrain.up.sql of a folder does it without one.",
            "jobs/1_a.sql:6: CLUSTER t USING i: reads or writes the whole table under a lock that"
                + " blocks the application.",
            "jobs/1_a.sql:7: CALL p(): may commit by itself: what it has committed before a failure"
                + " stays, and it is not tried again without being asked.",
            "jobs/1_a.sql:8: SET lock_timeout = '1h': has no effect: waiting for locks is bounded"
                + " and repeated here, and how long a statement works is not limited.",
            "jobs/1_a.sql:9: DO $$ BEGIN DELETE FROM t; END $$: changes rows in one transaction,"
                + " and keeps them locked until it ends. A large table is changed in chunks by a"
                + " migration.yaml.");
  }

  @Test
  void aDownMayDropAndAnEmptyFileDoesNothing() {
    assertThat(notes(Kind.DOWN, "DROP TABLE t; ALTER TABLE u DROP COLUMN a")).isEmpty();
    assertThat(notes(Kind.DOWN, "-- nothing\n"))
        .containsExactly("jobs/1_a.sql:1: has no statement: nothing will happen.");
    assertThat(notes(Kind.EXPAND_UP, "")).isEmpty();
  }

  private static List<String> check(boolean atomic, String text) {
    Script script = new Script(Kind.UP, Path.of("jobs/1_a.sql"), text, atomic);
    return ScriptReader.check(script).stream().map(ScriptProblem::toString).toList();
  }

  private static List<String> notes(Kind kind, String text) {
    Script script = new Script(kind, Path.of("jobs/1_a.sql"), text);
    return ScriptReader.notes(script).stream().map(ScriptProblem::toString).toList();
  }
}

package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.sluice.migration.Script;
import dev.sluice.migration.Script.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptReaderTest {
  private static final String TRANSACTION =
      "where transactions begin and end is decided here, so that a restart is safe. Remove it; one"
          + " BEGIN and COMMIT around the whole file may stay.";
  private static final String DATA =
      "changes data, and a schema file changes the schema only. Data goes into migration.yaml, in"
          + " chunks; INSERT … VALUES is allowed.";

  @Test
  void listsEveryProblemWithItsLine() {
    Script script =
        script(
            Kind.EXPAND_UP,
            """
            ALTER TABLE users ADD COLUMN first_name text;
            UPDATE users SET first_name = '';
            SAVEPOINT s;

            CREATE INDEX i ON users (first_name);
            ALTER TABLE users ALTER first_name SET NOT NULL;
            SET lock_timeout = 0;
            CREATE INDEX CONCURRENTLY ON users (first_name);
            VACUUM FULL users;
            """);

    assertThat(ScriptReader.check(script))
        .extracting(ScriptProblem::toString)
        .containsExactly(
            "jobs/0007_split/expand.up.sql:2: UPDATE users SET first_name = '': " + DATA,
            "jobs/0007_split/expand.up.sql:3: SAVEPOINT s: " + TRANSACTION,
            "jobs/0007_split/expand.up.sql:5: CREATE INDEX i ON users (first_name): blocks every"
                + " writer of the table while it builds. Write CREATE INDEX CONCURRENTLY.",
            "jobs/0007_split/expand.up.sql:6: ALTER TABLE users ALTER first_name SET NOT NULL: scans"
                + " the table under a lock that blocks the application. Move it to"
                + " constrain.up.sql, where it is done without one.",
            "jobs/0007_split/expand.up.sql:7: SET lock_timeout = 0: a session setting would not"
                + " reach every statement: a restart goes on behind it. Write names with their"
                + " schema, or set it for the role or the database.",
            "jobs/0007_split/expand.up.sql:8: CREATE INDEX CONCURRENTLY ON users (first_name): an"
                + " index built CONCURRENTLY must have a name here, or a restart cannot tell"
                + " whether it is there. Write CREATE INDEX CONCURRENTLY name ON ….",
            "jobs/0007_split/expand.up.sql:9: VACUUM FULL users: reads or writes the whole table or"
                + " index under a lock that blocks the application. Use a form that is"
                + " CONCURRENTLY, or do it in a maintenance window.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ROLLBACK",
        "ABORT",
        "SAVEPOINT a",
        "RELEASE a",
        "START TRANSACTION",
        "BEGIN",
        "COMMIT",
        "END",
        "PREPARE TRANSACTION 'x'",
        "COMMIT PREPARED 'x'",
        "ROLLBACK TO a",
        "COMMIT AND CHAIN"
      })
  void refusesTransactionControl(String sql) {
    assertThat(ScriptReader.check(script(Kind.EXPAND_UP, "ANALYZE a; " + sql + "; ANALYZE b;")))
        .extracting(ScriptProblem::message)
        .containsExactly(sql + ": " + TRANSACTION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"BEGIN; %s COMMIT;", "begin work; %s commit transaction", "BEGIN; %s END"})
  void takesOffOnePairAroundTheFile(String file) {
    Script script = script(Kind.EXPAND_UP, file.formatted("ANALYZE a; ANALYZE b;"));

    assertThat(ScriptReader.check(script)).isEmpty();
    assertThat(ScriptReader.statements(script))
        .extracting(ScriptStatement::sql)
        .containsExactly("ANALYZE a", "ANALYZE b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN; ANALYZE a;",
        "ANALYZE a; COMMIT;",
        "BEGIN ISOLATION LEVEL SERIALIZABLE; COMMIT;",
        "BEGIN; COMMIT; BEGIN; COMMIT;"
      })
  void refusesHalfAPairAndASecondOne(String file) {
    assertThat(ScriptReader.check(script(Kind.EXPAND_UP, file))).isNotEmpty();
  }

  private static List<Kind> ofFolders() {
    return Stream.of(Kind.values()).filter(kind -> !kind.isFlat()).toList();
  }

  @ParameterizedTest
  @MethodSource("ofFolders")
  void noSchemaFileChangesData(Kind kind) {
    String file =
        """
        UPDATE t SET a = 1;
        DELETE FROM t;
        MERGE INTO t USING s ON true WHEN MATCHED THEN DO NOTHING;
        INSERT INTO t SELECT * FROM s;
        WITH d AS (DELETE FROM t RETURNING *) SELECT count(*) FROM d;
        COPY t FROM '/x';
        """;

    assertThat(ScriptReader.check(script(kind, file)))
        .hasSize(6)
        .allMatch(problem -> problem.message().endsWith(DATA));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TABLE t",
        "DROP INDEX CONCURRENTLY i",
        "TRUNCATE t",
        "ALTER TABLE t DROP COLUMN a",
        "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t RENAME a TO b",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t SET SCHEMA old",
        "ALTER INDEX i RENAME TO j",
        "ALTER TYPE mood RENAME VALUE 'a' TO 'b'",
        "DO $$ BEGIN IF true THEN DROP TABLE t; END IF; END $$",
      })
  void onlyCleanupTakesAway(String sql) {
    for (Kind kind : List.of(Kind.EXPAND_UP, Kind.CONSTRAIN_UP)) {
      assertThat(ScriptReader.check(script(kind, sql)))
          .extracting(ScriptProblem::message)
          .singleElement(STRING)
          .endsWith(
              ": takes away what the application may still use and rollback needs. Dropping,"
                  + " renaming and truncating belong to cleanup.up.sql, once the result is"
                  + " verified.");
    }
    assertThat(ScriptReader.check(script(Kind.CLEANUP_UP, sql))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE t ALTER a DROP NOT NULL, ALTER COLUMN b DROP DEFAULT",
        "ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "CREATE TABLE t (a int); ALTER TABLE t DROP COLUMN a",
        "ALTER TABLE t ADD COLUMN rename int, ADD COLUMN \"drop\" int",
        "ALTER TABLE t ADD stored boolean DEFAULT now() > '2026-01-01', ADD b int REFERENCES u",
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM t FOR UPDATE) THEN CREATE TYPE y AS ENUM ('UPDATE');"
            + " RAISE NOTICE 'Update t'; END IF; END $$",
        "DO $$ BEGIN GRANT UPDATE, DELETE ON t TO r; EXECUTE 'CREATE TRIGGER g BEFORE UPDATE ON t"
            + " EXECUTE FUNCTION f()'; END $$",
      })
  void expandMayRelaxAndAdd(String file) {
    assertThat(ScriptReader.check(script(Kind.EXPAND_UP, file))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DO $$ BEGIN UPDATE t SET a = 1; END $$",
        "DO 'BEGIN DELETE FROM t; END'",
        "DO $x$ BEGIN FOR i IN 1..9 LOOP INSERT INTO t VALUES (i); END LOOP; END $x$",
        "DO $$ BEGIN PERFORM 1; MERGE INTO t USING s ON true WHEN MATCHED THEN DO NOTHING; END $$",
        "DO $$ DECLARE n int; BEGIN WITH d AS (DELETE FROM t RETURNING 1) SELECT count(*) INTO n"
            + " FROM d; END $$",
        "DO $$ BEGIN EXECUTE format('UPDATE %I SET a = 1', 't'); END $$",
        "DO LANGUAGE plpgsql $$ BEGIN EXECUTE $u$ UPDATE t SET a = 1 $u$; END $$",
      })
  void noBlockChangesData(String sql) {
    for (Kind kind : ofFolders()) {
      assertThat(ScriptReader.check(script(kind, sql)))
          .extracting(ScriptProblem::message)
          .singleElement(STRING)
          .endsWith(
              ": changes data in a block, which can neither be cut into chunks nor continued. Data"
                  + " goes into migration.yaml; the block may change the schema.");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ADD COLUMN code text UNIQUE                        | builds an index
          ADD code int CONSTRAINT p PRIMARY KEY              | builds an index
          ADD code int CHECK (code > 0)                      | scans the table
          ADD COLUMN code int DEFAULT 1 REFERENCES codes     | scans the table
          """)
  void newColumnsBringNoConstraintInExpand(String action, String what) {
    assertThat(ScriptReader.check(script(Kind.EXPAND_UP, "ALTER TABLE t " + action)))
        .extracting(ScriptProblem::message)
        .containsExactly(
            "ALTER TABLE t "
                + action
                + ": "
                + what
                + " under a lock that blocks the application. Add the column alone, and the"
                + " constraint in constrain.up.sql, where it is done without one.");
  }

  @Test
  void newColumnsAreNotStoredInExpand() {
    String sql = "ALTER TABLE t ADD b int GENERATED ALWAYS AS (a * 2) STORED";

    assertThat(ScriptReader.check(script(Kind.EXPAND_UP, sql)))
        .extracting(ScriptProblem::message)
        .containsExactly(
            sql
                + ": computes the column for every row under a lock that blocks the application. Add"
                + " a plain column and let migration.yaml fill it.");
    assertThat(
            ScriptReader.check(
                script(Kind.EXPAND_UP, "ALTER TABLE t ADD EXCLUDE USING gist (a WITH &&)")))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"EXPAND_UP,1", "CONSTRAIN_UP,1", "EXPAND_DOWN,1", "CLEANUP_UP,0"})
  void cleanupAloneMayTruncate(Kind kind, int problems) {
    assertThat(ScriptReader.check(script(kind, "TRUNCATE old_users"))).hasSize(problems);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO tiers VALUES (1, 'gold'), (2, 'DELETE')",
        "CREATE TABLE t (id int); CREATE INDEX ON t (id); ALTER TABLE t ADD PRIMARY KEY (id)",
        "CREATE UNLOGGED TABLE IF NOT EXISTS app.t (id int); CREATE INDEX i ON t (id)",
        "CREATE TRIGGER g BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET a = 1; COMMIT;"
            + " END $$",
        "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING",
        "-- UPDATE t\nALTER TABLE t ADD COLUMN \"update\" int /* ROLLBACK; */",
        "CREATE INDEX i ON ONLY parent (a)",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT"
            + " c",
        "REINDEX INDEX CONCURRENTLY i; VACUUM (ANALYZE) t",
        "",
      })
  void acceptsWhatBlocksNobody(String file) {
    assertThat(ScriptReader.check(script(Kind.EXPAND_UP, file))).isEmpty();
  }

  @Test
  void constrainTakesWhatItCanMakeSafe() {
    String file =
        """
        ALTER TABLE t ALTER a SET NOT NULL;
        CREATE INDEX i ON t (a);
        CREATE INDEX ON t (a);
        ALTER TABLE t ADD COLUMN b int, ALTER COLUMN a SET NOT NULL;
        """;

    assertThat(ScriptReader.check(script(Kind.CONSTRAIN_UP, file)))
        .extracting(ScriptProblem::line, ScriptProblem::message)
        .containsExactly(
            tuple(
                3,
                "CREATE INDEX ON t (a): an index built CONCURRENTLY must have a name here, or a"
                    + " restart cannot tell whether it is there. Write CREATE INDEX CONCURRENTLY"
                    + " name ON …."),
            tuple(
                4,
                "ALTER TABLE t ADD COLUMN b int, ALTER COLUMN a SET NOT NULL: one of its actions"
                    + " scans the table, and they cannot be told apart safely. Write each action as"
                    + " an ALTER TABLE of its own."));
  }

  @Test
  void refusesCommandsOfPsql() {
    assertThat(ScriptReader.check(script(Kind.EXPAND_UP, "ANALYZE a;\n\\i other.sql\n")))
        .extracting(ScriptProblem::toString)
        .containsExactly(
            "jobs/0007_split/expand.up.sql:2: '\\i' is a command of psql, PostgreSQL does not know"
                + " it. Write it as SQL.");
  }

  @Test
  void refusesDataInTheFileAndReadsNoFurther() {
    String file = "COPY t (a) FROM stdin;\n1'\n\\.\nROLLBACK;";

    assertThat(ScriptReader.check(script(Kind.EXPAND_UP, file)))
        .extracting(ScriptProblem::toString)
        .containsExactly(
            "jobs/0007_split/expand.up.sql:1: COPY t (a) FROM stdin: its data would have to follow"
                + " in the file, which psql alone can read. Write INSERT … VALUES for a few rows;"
                + " many are copied by migration.yaml.");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "ANALYZE a;~SELECT 'b;~ANALYZE c | a quote begins here and never ends.",
        "ANALYZE a;~DO $$ b;~~ | a quote begins here and never ends.",
        "ANALYZE a;~/* b /* c */ | a comment begins here and never ends.",
      })
  void saysWhereAnEndIsMissing(String file, String message) {
    assertThat(ScriptReader.check(script(Kind.EXPAND_UP, file.replace('~', '\n'))))
        .extracting(ScriptProblem::toString)
        .containsExactly("jobs/0007_split/expand.up.sql:2: " + message);
  }

  private static Script script(Kind kind, String text) {
    return new Script(kind, Path.of("jobs/0007_split", kind.fileName()), text);
  }
}

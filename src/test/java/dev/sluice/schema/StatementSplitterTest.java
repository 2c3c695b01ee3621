package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementSplitterTest {

  @Test
  void cutsAtSemicolonsAndKnowsTheLineOfEachStatement() {
    List<ScriptStatement> statements =
        StatementSplitter.split(
            """
            -- a comment; with a semicolon

            CREATE TABLE a (id int);; /* another;
            comment */ CREATE TABLE b (
              id int
            );
            DROP TABLE c""");

    assertThat(statements)
        .extracting(ScriptStatement::sql)
        .containsExactly("CREATE TABLE a (id int)", "CREATE TABLE b (\nid int\n)", "DROP TABLE c");
    assertThat(statements).extracting(ScriptStatement::line).containsExactly(3, 4, 7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT ';'",
        "SELECT E'a\\';b'",
        "SELECT 1 AS \"a;b\"",
        "DO $$ BEGIN PERFORM 1; END; $$",
        "DO $do$ BEGIN EXECUTE $$ a; b $$; END; $do$",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES"
            + " (2))",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END;"
            + " END",
        "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END",
      })
  void keepsWhatBelongsTogether(String sql) {
    assertThat(StatementSplitter.split(sql + "; DROP TABLE next"))
        .extracting(ScriptStatement::sql)
        .containsExactly(sql, "DROP TABLE next");
  }

  @Test
  void nestedCommentsGo() {
    assertThat(StatementSplitter.split("/* a /* b; */ c; */ SELECT/**/1 -- d;\n, 2; -- e"))
        .extracting(ScriptStatement::sql)
        .containsExactly("SELECT 1\n, 2");
  }

  @Test
  void twoStringsOnTwoLinesStayOneString() {
    assertThat(StatementSplitter.split("SELECT 'a' -- one\n  'b'").get(0).sql())
        .isEqualTo("SELECT 'a'\n'b'");
  }

  @Test
  void beginIsAStatementOutsideOfFunctions() {
    assertThat(StatementSplitter.split("BEGIN; CREATE TABLE a (id int); END;"))
        .extracting(ScriptStatement::sql)
        .containsExactly("BEGIN", "CREATE TABLE a (id int)", "END");
  }

  @Test
  void emptyFilesHaveNoStatements() {
    assertThat(StatementSplitter.split(" -- nothing\n ; ;")).isEmpty();
  }

  @Test
  void summariesAreOneShortLine() {
    String sql = "CREATE TABLE t (\n" + "  a int,\n".repeat(20) + "  b int)";

    assertThat(StatementSplitter.split(sql).get(0).summary())
        .isEqualTo(
            "CREATE TABLE t ( a int, a int, a int, a int, a int, a int, a int, a int, a int …")
        .hasSize(80);
  }
}

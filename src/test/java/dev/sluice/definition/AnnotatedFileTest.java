package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Script;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnnotatedFileTest {

  private static final Path FILE = Path.of("1_a.sql");

  private final Problems problems = new Problems();

  private List<Script> read(String text) {
    List<Script> scripts = AnnotatedFile.read(FILE, text, problems);
    assertThat(problems.all()).isEmpty();
    return scripts;
  }

  private List<String> problemsOf(String text) {
    AnnotatedFile.read(FILE, text, problems);
    return problems.all().stream().map(p -> p.toString().replaceFirst("^1_a.sql:? ?", "")).toList();
  }

  @Test
  void bothWaysKeepTheirLines() {
    assertThat(
            read(
                """
                -- what it is for

                -- +goose Up
                CREATE TABLE a (id int);
                -- +goose StatementBegin
                CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'
                -- +goose StatementEnd
                CREATE TABLE b (id int);

                -- +goose Down
                DROP TABLE a;"""))
        .containsExactly(
            new Script(
                Script.Kind.UP,
                FILE,
                "\n\n\nCREATE TABLE a (id int);\n\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS"
                    + " 'SELECT 1'\n;\nCREATE TABLE b (id int);\n\n\n"),
            new Script(Script.Kind.DOWN, FILE, "\n".repeat(10) + "DROP TABLE a;"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;",
        "-- +goose UP\nSELECT 1;\n-- +goose down\nSELECT 2;",
        "--+goose up\nSELECT 1;\n--   +goose   Down   \nSELECT 2;",
        "-- +goose Up --\nSELECT 1;\n---- +goose Down\nSELECT 2;",
        "-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\r\nSELECT 2;\r\n",
      })
  void caseAndBlanksAreFree(String text) {
    List<Script> scripts = read(text);
    assertThat(scripts.get(0).text().strip()).isEqualTo("SELECT 1;");
    assertThat(scripts.get(1).text().strip()).isEqualTo("SELECT 2;");
    assertThat(scripts).allMatch(Script::atomic);
  }

  @Test
  void noTransactionHoldsForBothWaysWhereverItStands() {
    assertThat(read("-- +goose NO TRANSACTION\n-- +goose Up\nVACUUM;\n-- +goose Down\n"))
        .noneMatch(Script::atomic)
        .hasSize(2);
    assertThat(read("-- +goose Up\nVACUUM;\n-- +goose Down\n-- +goose no transaction\nVACUUM;"))
        .noneMatch(Script::atomic);
  }

  @Test
  void aDownMayBeMissingOrEmpty() {
    assertThat(read("-- +goose Up\nSELECT 1;")).hasSize(1);
    assertThat(read("-- +goose Up\n-- +goose Down\n-- nothing"))
        .extracting(script -> script.text().strip())
        .containsExactly("", "-- nothing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1; -- the last one",
        "SELECT 1; /* the\nlast one */",
        "SELECT ';\n--' AS a;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n  PERFORM 1;\nEND $$;",
        "DO $x$ BEGIN\n-- goose\nEND $x$;",
        "SELECT E'it\\'s';\nSELECT 'it''s', \"a;\nb\";",
        "SELECT $1$2;",
      })
  void aStatementEndsWhereItsSemicolonIs(String sql) {
    assertThat(read("-- +goose Up\n" + sql + "\n-- +goose Down\nSELECT 2;")).hasSize(2);
  }

  @Test
  void anAnnotationInsideAQuoteIsAmbiguous() {
    assertThat(
            problemsOf(
                """
                -- +goose Up
                -- +goose StatementBegin
                DO $$
                BEGIN
                -- +goose Down
                END $$;
                -- +goose StatementEnd
                COMMENT ON TABLE a IS 'it's';
                -- +goose Down
                SELECT 'it's';
                """))
        .containsExactly(
            "5: an annotation inside a quote or comment that begins on line 3. Close it before, or"
                + " write the line in another way.",
            "9: an annotation inside a quote or comment that begins on line 8. Close it before, or"
                + " write the line in another way.");
    assertThat(problemsOf("-- +goose Up\n/*\n-- +goose Down\n*/\nSELECT 1;")).hasSize(3);
  }

  @Test
  void everyProblemIsNamedWithItsLine() {
    assertThat(
            problemsOf(
                """
                SELECT 0;
                -- +goose Up
                -- +goose Up
                -- +goose Stop
                -- +goose StatementBegn
                -- +goose ENVSUB ON
                -- +goose ENVSUB OFF
                  -- +goose NO TRANSACTION
                -- +goose StatementEnd
                SELECT 1
                -- +goose StatementBegin
                SELECT 2;
                -- +goose StatementBegin
                SELECT 3;
                -- +goose Down
                SELECT 4;
                -- +goose Down
                SELECT
                  5
                """))
        .containsExactly(
            "1: stands before '-- +goose Up', and would run neither way. Move it behind.",
            "3: a second '-- +goose Up', the first is on line 2.",
            "4: unknown annotation '-- +goose Stop'. Allowed: Up, Down, StatementBegin,"
                + " StatementEnd, NO TRANSACTION.",
            "5: unknown annotation '-- +goose StatementBegn'; did you mean 'StatementBegin'?"
                + " Allowed: Up, Down, StatementBegin, StatementEnd, NO TRANSACTION.",
            "6: '-- +goose ENVSUB ON' is refused: what runs would depend on who runs it. Write the"
                + " values into the file; a secret belongs in no file, set it by hand.",
            "8: blanks before an annotation, which must begin its line. Remove them.",
            "9: '-- +goose StatementEnd' without a '-- +goose StatementBegin'.",
            "10: the statement that begins here has no ';' at its end.",
            "13: '-- +goose StatementBegin' inside the one of line 11. End that first.",
            "13: '-- +goose StatementBegin' without a '-- +goose StatementEnd'.",
            "17: a second '-- +goose Down', the first is on line 15.",
            "18: the statement that begins here has no ';' at its end.");
  }

  @Test
  void withoutUpItSaysWhatIsAllowed() {
    String allowed =
        "has no '-- +goose Up'. Allowed: NUMBER_name.up.sql and NUMBER_name.down.sql, or both ways"
            + " in NUMBER_name.sql, behind '-- +goose Up' and '-- +goose Down'.";
    assertThat(problemsOf("CREATE TABLE a (id int)")).containsExactly(allowed);
    assertThat(problemsOf("-- +goose StatementBegin\nSELECT 1;\n-- +goose Down\nSELECT 2;"))
        .contains(
            "1: '-- +goose StatementBegin' stands before any '-- +goose Up'. Write Up first.",
            "3: '-- +goose Down' stands before any '-- +goose Up'. Write Up first.");
  }
}

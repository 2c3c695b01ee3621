package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.Script;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.SqlLexer;
import dev.sluice.postgres.SqlLexer.Kind;
import dev.sluice.postgres.SqlLexer.Token;
import dev.sluice.schema.ScriptStatement.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads SQL files and finds what is wrong with them before any of it runs. */
public final class ScriptReader {

  private ScriptReader() {}

  /** Every name that the file mentions outside comments and strings, whatever it names. */
  public static Set<Identifier> names(Script script) {
    return SqlLexer.tokens(script.text()).stream()
        .filter(token -> token.kind() == Kind.WORD || token.kind() == Kind.QUOTED_NAME)
        .flatMap(token -> name(token.text()).stream())
        .collect(Collectors.toSet());
  }

  /** Columns of the table that the file drops by ALTER TABLE; blocks are not looked into. */
  public static Set<Identifier> droppedColumns(Script script, TableName table) {
    return statements(script).stream()
        .flatMap(statement -> DropStatement.of(statement).stream())
        .filter(drop -> drop.dropsColumnsOf(table))
        .flatMap(drop -> drop.names().stream().skip(1))
        .flatMap(column -> name(column).stream())
        .collect(Collectors.toSet());
  }

  /** Columns of the table whose type the file changes; blocks are not looked into. */
  public static Set<Identifier> retypedColumns(Script script, TableName table) {
    return statements(script).stream()
        .flatMap(statement -> AlterTable.of(statement).stream())
        .filter(
            alter ->
                SqlNames.table(alter.table())
                    .filter(altered -> CreatedTables.same(altered, table))
                    .isPresent())
        .flatMap(alter -> alter.actions().stream())
        .flatMap(action -> AlterTable.retypedColumn(action).stream())
        .flatMap(column -> name(column).stream())
        .collect(Collectors.toSet());
  }

  private static Optional<Identifier> name(String text) {
    try {
      return Optional.of(Identifier.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Every problem of the file in its order; none: it can be run. Needs no database. */
  public static List<ScriptProblem> check(Script script) {
    List<ScriptProblem> problems = new ArrayList<>();
    CreatedTables created = new CreatedTables();
    SchemaRules rules = new SchemaRules(script.kind(), created);
    @Nullable FlatRules flat = script.kind().isFlat() ? new FlatRules(script, created) : null;
    for (ScriptStatement statement : statements(script)) {
      created.see(statement);
      Optional<ScriptProblem> noSql = notSql(script, statement);
      if (noSql.isPresent()) {
        problems.add(noSql.get());
        return problems; // what follows may be no SQL at all
      }
      List<String> against = flat == null ? rules.against(statement) : flat.against(statement);
      Stream.concat(transactionControl(statement).stream(), against.stream())
          .map(reason -> problem(script, statement, reason))
          .forEach(problems::add);
    }
    unclosed(script).ifPresent(problems::add);
    return problems;
  }

  /**
   * What an operator should know before a flat file runs, which is not checked against the rules
   * for a folder's; none: nothing, or it is a folder's. Needs no database.
   */
  public static List<ScriptProblem> notes(Script script) {
    if (!script.kind().isFlat()) {
      return List.of();
    }
    List<ScriptStatement> statements = statements(script);
    if (statements.isEmpty()) {
      return List.of(new ScriptProblem(script.file(), 1, "has no statement: nothing will happen."));
    }
    List<ScriptProblem> notes = new ArrayList<>();
    CreatedTables created = new CreatedTables();
    FlatRules flat = new FlatRules(script, created);
    for (ScriptStatement statement : statements) {
      created.see(statement);
      flat.notes(statement).forEach(note -> notes.add(problem(script, statement, note)));
    }
    return notes;
  }

  /** The statements without the BEGIN … COMMIT around the whole file. */
  static List<ScriptStatement> statements(Script script) {
    List<ScriptStatement> all = StatementSplitter.split(script.text());
    return isWrapped(all) ? all.subList(1, all.size() - 1) : all;
  }

  /** Whether the file itself says that all of it is one transaction. */
  static boolean isWrapped(Script script) {
    return isWrapped(StatementSplitter.split(script.text()));
  }

  private static boolean isWrapped(List<ScriptStatement> all) {
    return all.size() >= 2
        && begins(all.get(0))
        && (isPlain(all.get(all.size() - 1), "COMMIT") || isPlain(all.get(all.size() - 1), "END"));
  }

  private static boolean begins(ScriptStatement statement) {
    return isPlain(statement, "BEGIN") || isPlain(statement, "START");
  }

  private static boolean isPlain(ScriptStatement statement, String verb) {
    SqlCursor cursor = SqlCursor.of(statement);
    boolean found = cursor.skip(verb);
    if (!cursor.skip("WORK")) {
      cursor.skip("TRANSACTION");
    }
    return found && cursor.atEnd();
  }

  private static Optional<String> transactionControl(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    boolean found =
        Stream.of("BEGIN", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE")
                .anyMatch(cursor::sees)
            || cursor.sees("START", "TRANSACTION")
            || cursor.sees("PREPARE", "TRANSACTION");
    return found
        ? Optional.of(
            "where transactions begin and end is decided here, so that a restart is safe. Remove"
                + " it; one BEGIN and COMMIT around the whole file may stay.")
        : Optional.empty();
  }

  private static Optional<ScriptProblem> notSql(Script script, ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    if (cursor.sees("COPY") && cursor.has("FROM", "STDIN")) {
      return Optional.of(
          problem(
              script,
              statement,
              "its data would have to follow in the file, which psql alone can read. Write INSERT …"
                  + " VALUES for a few rows; many are copied by migration.yaml."));
    }
    return statement.pieces().stream()
        .filter(piece -> piece.token().isSymbol('\\'))
        .findFirst()
        .map(piece -> psqlCommand(script, statement, piece));
  }

  private static ScriptProblem psqlCommand(
      Script script, ScriptStatement statement, Piece backslash) {
    List<Piece> pieces = statement.pieces();
    int next = pieces.indexOf(backslash) + 1;
    String word = next < pieces.size() ? pieces.get(next).token().text() : "";
    return new ScriptProblem(
        script.file(),
        backslash.line(),
        "'\\" + word + "' is a command of psql, PostgreSQL does not know it. Write it as SQL.");
  }

  /** An unclosed string swallows what is put behind the text. */
  private static Optional<ScriptProblem> unclosed(Script script) {
    List<Token> tokens = SqlLexer.tokens(script.text() + "\n");
    Token last = tokens.get(tokens.size() - 1);
    if (last.kind() == Kind.SPACE) {
      return Optional.empty();
    }
    long lines = script.text().chars().filter(c -> c == '\n').count();
    long within = last.text().chars().filter(c -> c == '\n').count() - 1;
    String what = last.kind() == Kind.COMMENT ? "a comment" : "a quote";
    return Optional.of(
        new ScriptProblem(
            script.file(), (int) (lines - within) + 1, what + " begins here and never ends."));
  }

  private static ScriptProblem problem(Script script, ScriptStatement statement, String reason) {
    return new ScriptProblem(script.file(), statement.line(), statement.summary() + ": " + reason);
  }
}

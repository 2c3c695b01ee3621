package dev.sluice.schema;

import dev.sluice.postgres.SqlLexer;
import dev.sluice.postgres.SqlLexer.Kind;
import dev.sluice.postgres.SqlLexer.Token;
import dev.sluice.schema.ScriptStatement.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts a file at its semicolons, as psql does: not inside strings and comments, not inside
 * parentheses ({@code CREATE RULE … DO (…; …)}), and not inside the {@code BEGIN ATOMIC … END} of a
 * function.
 */
final class StatementSplitter {

  /** {@code CREATE OR REPLACE FUNCTION}: so many words tell whether a statement has a body. */
  private static final int LEADING_WORDS = 4;

  private final List<ScriptStatement> statements = new ArrayList<>();
  private final List<String> leadingWords = new ArrayList<>();
  private List<Piece> pieces = new ArrayList<>();
  private int line = 1;
  private int parentheses;
  private int bodies;

  private StatementSplitter() {}

  static List<ScriptStatement> split(String text) {
    StatementSplitter splitter = new StatementSplitter();
    String gap = "";
    for (Token token : SqlLexer.tokens(text)) {
      if (token.matters()) {
        splitter.take(token, gap);
        gap = "";
      } else {
        gap = gap.equals("\n") || spansLines(token) ? "\n" : " ";
      }
      splitter.line += lineEnds(token);
    }
    splitter.end();
    return splitter.statements;
  }

  private void take(Token token, String gap) {
    if (token.isSymbol(';') && parentheses == 0 && bodies == 0) {
      end();
      return;
    }
    pieces.add(new Piece(token, gap, line));
    if (token.isSymbol('(')) {
      parentheses++;
    } else if (token.isSymbol(')') && parentheses > 0) {
      parentheses--;
    } else if (token.kind() == Kind.WORD) {
      word(token.text().toUpperCase(Locale.ROOT));
    }
  }

  private void word(String word) {
    if (leadingWords.size() < LEADING_WORDS) {
      leadingWords.add(word);
    }
    if (parentheses > 0 || !createsRoutine()) {
      return;
    }
    switch (word) {
      case "BEGIN" -> bodies++;
      case "CASE" -> bodies += bodies > 0 ? 1 : 0; // its END is not the body's
      case "END" -> bodies -= bodies > 0 ? 1 : 0;
      default -> {}
    }
  }

  private boolean createsRoutine() {
    return leadingWords.get(0).equals("CREATE")
        && leadingWords.stream().anyMatch(w -> w.equals("FUNCTION") || w.equals("PROCEDURE"));
  }

  private void end() {
    if (!pieces.isEmpty()) {
      statements.add(new ScriptStatement(pieces));
    }
    pieces = new ArrayList<>();
    leadingWords.clear();
    parentheses = 0;
    bodies = 0;
  }

  private static boolean spansLines(Token token) {
    return lineEnds(token) > 0;
  }

  private static int lineEnds(Token token) {
    return (int) token.text().chars().filter(c -> c == '\n').count();
  }
}

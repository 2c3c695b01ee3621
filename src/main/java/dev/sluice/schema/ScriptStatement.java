package dev.sluice.schema;

import dev.sluice.postgres.SqlLexer.Token;
import java.util.List;

/**
 * One statement of a file, without its semicolon and without comments.
 *
 * @param pieces at least one
 */
record ScriptStatement(List<Piece> pieces) {

  /** Enough to recognise a statement, too little to carry much of its content into a log. */
  private static final int SUMMARY_CHARACTERS_MAX = 80;

  /**
   * A token that matters.
   *
   * @param gap what stood before it, made small: nothing, a space, or a line end, because only
   *     across a line end do two strings make one
   * @param line where it stands in the file, from 1
   */
  record Piece(Token token, String gap, int line) {}

  ScriptStatement {
    pieces = List.copyOf(pieces);
    if (pieces.isEmpty()) {
      throw new IllegalArgumentException("a statement must have at least one token");
    }
  }

  int line() {
    return pieces.get(0).line();
  }

  /** What PostgreSQL is given. */
  String sql() {
    return text(pieces);
  }

  /** One line for messages and logs. */
  String summary() {
    return summary(sql());
  }

  static String summary(String sql) {
    String line = sql.replaceAll("\\s+", " ");
    return line.length() <= SUMMARY_CHARACTERS_MAX
        ? line
        : line.substring(0, SUMMARY_CHARACTERS_MAX - 2).stripTrailing() + " …";
  }

  /** The pieces as SQL; what stood before the first one is left out. */
  static String text(List<Piece> pieces) {
    StringBuilder text = new StringBuilder();
    for (Piece piece : pieces) {
      if (!text.isEmpty()) {
        text.append(piece.gap());
      }
      text.append(piece.token().text());
    }
    return text.toString();
  }
}

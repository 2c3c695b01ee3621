package dev.sluice.schema;

import dev.sluice.postgres.SqlLexer.Kind;
import dev.sluice.postgres.SqlLexer.Token;
import dev.sluice.schema.ScriptStatement.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Walks over the tokens of a statement, or of a part of one. Not thread-safe. */
final class SqlCursor {
  private final List<Piece> pieces;
  private int at;

  SqlCursor(List<Piece> pieces) {
    this.pieces = pieces;
  }

  static SqlCursor of(ScriptStatement statement) {
    return new SqlCursor(statement.pieces());
  }

  boolean atEnd() {
    return at >= pieces.size();
  }

  /** Whether these keywords come next; nothing is skipped. */
  boolean sees(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (at + i >= pieces.size() || !pieces.get(at + i).token().isWord(words[i])) {
        return false;
      }
    }
    return true;
  }

  /** Skips these keywords if all of them come next. */
  boolean skip(String... words) {
    boolean found = sees(words);
    if (found) {
      at += words.length;
    }
    return found;
  }

  boolean skipSymbol(char symbol) {
    boolean found = seesSymbol(symbol);
    if (found) {
      at++;
    }
    return found;
  }

  boolean seesSymbol(char symbol) {
    return !atEnd() && pieces.get(at).token().isSymbol(symbol);
  }

  /** Skips one token, or a whole pair of parentheses or brackets with what is inside. */
  void skipOne() {
    int depth = 0;
    do {
      depth += depthChange(pieces.get(at).token());
      at++;
    } while (depth > 0 && !atEnd());
  }

  /** Skips one token, a parenthesis too. */
  void skipToken() {
    at++;
  }

  /** A name as it is written, qualified ones whole: {@code app."Order"}. Empty: none comes next. */
  Optional<String> name() {
    int start = at;
    if (!skipNamePart()) {
      return Optional.empty();
    }
    while (seesSymbol('.') && at + 1 < pieces.size() && isName(pieces.get(at + 1).token())) {
      at += 2;
    }
    return Optional.of(ScriptStatement.text(pieces.subList(start, at)));
  }

  private boolean skipNamePart() {
    boolean found = !atEnd() && isName(pieces.get(at).token());
    if (found) {
      at++;
    }
    return found;
  }

  private static boolean isName(Token token) {
    return token.kind() == Kind.QUOTED_NAME
        || (token.kind() == Kind.WORD && !Character.isDigit(token.text().charAt(0)));
  }

  int position() {
    return at;
  }

  /** What was skipped since {@code start}. */
  String textSince(int start) {
    return ScriptStatement.text(pieces.subList(start, at));
  }

  /** From here to the end. */
  String rest() {
    return ScriptStatement.text(pieces.subList(at, pieces.size()));
  }

  /** Whether these keywords come next or later, outside parentheses; nothing is skipped. */
  boolean has(String... words) {
    SqlCursor ahead = new SqlCursor(pieces);
    ahead.at = at;
    while (!ahead.atEnd()) {
      if (ahead.sees(words)) {
        return true;
      }
      ahead.skipOne();
    }
    return false;
  }

  /** Whether the keyword comes anywhere, inside parentheses too. */
  boolean mentions(String word) {
    return pieces.stream().anyMatch(piece -> piece.token().isWord(word));
  }

  /** From here to the end, cut at the commas outside parentheses and brackets. */
  List<List<Piece>> restAtCommas() {
    List<List<Piece>> parts = new ArrayList<>();
    int start = at;
    while (!atEnd()) {
      if (seesSymbol(',')) {
        parts.add(pieces.subList(start, at));
        at++;
        start = at;
      } else {
        skipOne();
      }
    }
    parts.add(pieces.subList(start, at));
    return parts;
  }

  private static int depthChange(Token token) {
    if (token.isSymbol('(') || token.isSymbol('[')) {
      return 1;
    }
    return token.isSymbol(')') || token.isSymbol(']') ? -1 : 0;
  }
}

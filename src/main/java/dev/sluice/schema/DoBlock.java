package dev.sluice.schema;

import dev.sluice.postgres.SqlLexer.Kind;
import dev.sluice.postgres.SqlLexer.Token;
import dev.sluice.schema.ScriptStatement.Piece;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code DO [LANGUAGE …] $$ … $$}, looked into as far as its words go.
 *
 * @param statements its body, cut at semicolons: {@code BEGIN UPDATE t SET a = 1} is one
 */
record DoBlock(List<ScriptStatement> statements) {

  /** Words behind which a statement may begin; so may one behind these symbols. */
  private static final List<String> BEFORE_STATEMENT =
      List.of("BEGIN", "THEN", "ELSE", "LOOP", "IN", "EXECUTE");

  private static final String SYMBOLS_BEFORE_STATEMENT = "()>";

  static Optional<DoBlock> of(ScriptStatement statement) {
    if (!SqlCursor.of(statement).sees("DO")) {
      return Optional.empty();
    }
    return statement.pieces().stream()
        .map(Piece::token)
        .filter(token -> token.kind() == Kind.DOLLAR_STRING || token.kind() == Kind.STRING)
        .findFirst()
        .map(token -> new DoBlock(StatementSplitter.split(content(token))));
  }

  /** Whether one of these words begins a statement of it, also one in a string for EXECUTE. */
  boolean runs(List<String> verbs) {
    return statements.stream().anyMatch(statement -> runs(statement.pieces(), verbs));
  }

  private static boolean runs(List<Piece> pieces, List<String> verbs) {
    for (int i = 0; i < pieces.size(); i++) {
      Token token = pieces.get(i).token();
      if (verbs.stream().anyMatch(token::isWord) && (i == 0 || mayPrecede(pieces.get(i - 1)))) {
        return true;
      }
      if (isExecuted(pieces, i)
          && StatementSplitter.split(content(token)).stream()
              .anyMatch(statement -> runs(statement.pieces(), verbs))) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayPrecede(Piece piece) {
    Token token = piece.token();
    return BEFORE_STATEMENT.stream().anyMatch(token::isWord)
        || (token.kind() == Kind.SYMBOL && SYMBOLS_BEFORE_STATEMENT.contains(token.text()));
  }

  /** A text behind {@code EXECUTE} or {@code EXECUTE format(}. */
  private static boolean isExecuted(List<Piece> pieces, int at) {
    Kind kind = pieces.get(at).token().kind();
    boolean text = kind == Kind.STRING || kind == Kind.DOLLAR_STRING || kind == Kind.ESCAPE_STRING;
    return text
        && Stream.of(1, 3)
            .filter(back -> at >= back)
            .anyMatch(back -> pieces.get(at - back).token().isWord("EXECUTE"));
  }

  private static String content(Token token) {
    String text = token.text();
    if (token.kind() == Kind.DOLLAR_STRING) {
      int tag = text.indexOf('$', 1) + 1;
      return text.substring(tag, Math.max(tag, text.length() - tag));
    }
    int open = text.indexOf('\'') + 1;
    return text.substring(open, Math.max(open, text.length() - 1)).replace("''", "'");
  }
}

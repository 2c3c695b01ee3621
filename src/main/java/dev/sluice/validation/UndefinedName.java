package dev.sluice.validation;

import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.SqlLexer;
import dev.sluice.postgres.SqlLexer.Kind;
import dev.sluice.postgres.SqlLexer.Token;
import java.util.Optional;
import java.util.Set;

/** The name that PostgreSQL does not know, read where it stands: messages come in any language. */
final class UndefinedName {

  /** Column, table, function, other object, schema. */
  private static final Set<String> UNDEFINED = Set.of("42703", "42P01", "42883", "42704", "3F000");

  private UndefinedName() {}

  /** Its last part, without quotes; empty: the error is another one. */
  static Optional<String> of(ServerError error, String sql) {
    if (!UNDEFINED.contains(error.sqlState()) || error.position() < 1) {
      return Optional.empty();
    }
    int start = sql.offsetByCodePoints(0, error.position() - 1);
    String name = "";
    for (Token token : SqlLexer.tokens(sql.substring(start))) {
      if (token.kind() == Kind.WORD) {
        name = token.text();
      } else if (token.kind() == Kind.QUOTED_NAME) {
        name = token.text().substring(1, token.text().length() - 1).replace("\"\"", "\"");
      } else if (!token.isSymbol('.')) {
        break;
      }
    }
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }
}

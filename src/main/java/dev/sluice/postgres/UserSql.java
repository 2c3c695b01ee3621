package dev.sluice.postgres;

import dev.sluice.postgres.SqlLexer.Token;

/**
 * Makes SQL that a user wrote safe to stand inside a statement of ours, without changing what it
 * means.
 *
 * <p>Two readers look at the text before PostgreSQL does, and each takes harmless characters for
 * parameters: the JDBC driver {@code ?}, and Spring's named parameters also {@code :name} and
 * {@code &name}. Spring's reader knows neither dollar quotes nor backslash escapes, so strings are
 * rewritten to the plain form that all three read alike, and comments go.
 */
public final class UserSql {

  private UserSql() {}

  /** For a statement with {@code ?} parameters. */
  public static String forJdbc(String sql) {
    return rewrite(sql, false);
  }

  /** For a statement with {@code :name} parameters. */
  public static String forNamedParameters(String sql) {
    return rewrite(sql, true);
  }

  private static String rewrite(String sql, boolean named) {
    StringBuilder out = new StringBuilder(sql.length() + 16);
    boolean afterAmpersand = false;
    for (Token token : SqlLexer.tokens(sql)) {
      if (named && afterAmpersand && startsParameterName(token)) {
        out.append(' ');
      }
      afterAmpersand = token.isSymbol('&');
      switch (token.kind()) {
        case COMMENT -> out.append(' ');
        case DOLLAR_STRING -> out.append(plainString(dollarContent(token.text())));
        case ESCAPE_STRING -> out.append(withoutEscapedQuotes(token.text()));
        case SYMBOL -> out.append(symbol(token.text(), named));
        case SPACE, STRING, QUOTED_NAME, WORD -> out.append(token.text());
      }
    }
    return out.toString();
  }

  private static String withoutEscapedQuotes(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        out.append(text.charAt(i) == '\'' ? "''" : "\\" + text.charAt(i));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /**
   * Whether Spring would read {@code &} and this as a parameter. {@code & x} is the same to
   * PostgreSQL; its operators that go on after an ampersand do so with one of these characters.
   */
  private static boolean startsParameterName(Token token) {
    return switch (token.kind()) {
      case SYMBOL -> "&|=+-*%/<>^(),;:".indexOf(token.text().charAt(0)) < 0;
      case SPACE, COMMENT -> false;
      case STRING, ESCAPE_STRING, DOLLAR_STRING, QUOTED_NAME, WORD -> true;
    };
  }

  private static String symbol(String symbol, boolean named) {
    return switch (symbol) {
      case "?" -> "??";
      case ":" -> named ? "\\:" : ":";
      default -> symbol;
    };
  }

  private static String dollarContent(String text) {
    int tag = text.indexOf('$', 1) + 1;
    return text.substring(tag, Math.max(tag, text.length() - tag));
  }

  private static String plainString(String content) {
    return "'" + content.replace("'", "''") + "'";
  }
}

package dev.sluice.definition;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One SQL expression, condition or query of a definition, which will stand inside parentheses in a
 * statement of ours: it must not break out of them. Whether it is right SQL is for the server.
 * Reads quotes as with {@code standard_conforming_strings}, PostgreSQL's default.
 */
final class SqlSnippet {

  private static final Pattern DOLLAR_TAG = Pattern.compile("\\$([\\p{L}_][\\p{L}\\p{N}_]*)?\\$");

  private final String sql;
  private int at;
  private int open;

  SqlSnippet(String sql) {
    this.sql = sql;
  }

  /** What is wrong, to follow the snippet's name; null: nothing. */
  @Nullable String fault() {
    at = 0;
    open = 0;
    while (at < sql.length()) {
      String fault = faultOfNextToken();
      if (fault != null) {
        return fault;
      }
    }
    return open > 0 ? "has a '(' that is never closed." : null;
  }

  private @Nullable String faultOfNextToken() {
    char c = sql.charAt(at);
    return switch (c) {
      case '\0' -> "has a NUL character.";
      case ';' -> "has a ';': one expression or query is wanted, and no end of it.";
      case '\'' -> skipQuoted('\'', isEscapeString());
      case '"' -> skipQuoted('"', false);
      case '$' -> skipDollarQuoted();
      case '(' -> step(1);
      case ')' -> step(-1);
      default -> {
        if (sql.startsWith("--", at)) {
          yield skipLineComment();
        }
        if (sql.startsWith("/*", at)) {
          yield skipBlockComment();
        }
        at++;
        yield null;
      }
    };
  }

  private @Nullable String step(int change) {
    open += change;
    at++;
    return open < 0 ? "has a ')' that was never opened." : null;
  }

  private @Nullable String skipQuoted(char quote, boolean backslashEscapes) {
    for (at++; at < sql.length(); at++) {
      char c = sql.charAt(at);
      if (c == '\\' && backslashEscapes) {
        at++;
      } else if (c == quote && sql.startsWith(String.valueOf(quote), at + 1)) {
        at++;
      } else if (c == quote) {
        at++;
        return null;
      }
    }
    return "has a %s that is never closed.".formatted(quote);
  }

  /** {@code E'it\'s'}, but not the end of a name as in {@code type'x'}. */
  private boolean isEscapeString() {
    boolean marked = at > 0 && (sql.charAt(at - 1) == 'E' || sql.charAt(at - 1) == 'e');
    return marked && (at == 1 || !isNamePart(sql.charAt(at - 2)));
  }

  private @Nullable String skipDollarQuoted() {
    Matcher tag = DOLLAR_TAG.matcher(sql).region(at, sql.length());
    boolean insideName = at > 0 && isNamePart(sql.charAt(at - 1));
    if (insideName || !tag.lookingAt()) {
      at++;
      return null;
    }
    int end = sql.indexOf(tag.group(), tag.end());
    at = end + tag.group().length();
    return end < 0 ? "has a %s that is never closed.".formatted(tag.group()) : null;
  }

  private @Nullable String skipLineComment() {
    at = sql.indexOf('\n', at);
    return at < 0 ? "ends in a '--' comment, which would hide what follows it." : null;
  }

  private @Nullable String skipBlockComment() {
    int depth = 0;
    do {
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        depth--;
        at += 2;
      } else {
        at++;
      }
    } while (depth > 0 && at < sql.length());
    return depth > 0 ? "has a /* that is never closed." : null;
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }
}

package dev.sluice.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Cuts SQL text into tokens as PostgreSQL's own scanner does, as far as finding the ends of
 * strings, names and comments needs it.
 *
 * <p>Source of the rules: PostgreSQL documentation, "Lexical Structure", with {@code
 * standard_conforming_strings = on}. An unclosed string or comment runs to the end of the text.
 */
public final class SqlLexer {

  /** What a token is. */
  public enum Kind {
    SPACE,
    /** {@code -- …} without its line end, or a nested block comment. */
    COMMENT,
    /** {@code '…'}, {@code B'…'}, {@code X'…'}, {@code U&'…'}: a quote is doubled. */
    STRING,
    /** {@code E'…'}: a backslash escapes. */
    ESCAPE_STRING,
    /** {@code $tag$…$tag$}. */
    DOLLAR_STRING,
    /** {@code "…"}. */
    QUOTED_NAME,
    /** A keyword, a name or a number. */
    WORD,
    /** One other character. */
    SYMBOL
  }

  /** A part of the text; all tokens together are the text. */
  public record Token(Kind kind, String text) {

    /** Whether it is this keyword, in any case. */
    public boolean isWord(String keyword) {
      return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    public boolean isSymbol(char symbol) {
      return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }

    /** Neither space nor comment. */
    public boolean matters() {
      return kind != Kind.SPACE && kind != Kind.COMMENT;
    }
  }

  private final String sql;
  private int at;

  private SqlLexer(String sql) {
    this.sql = sql;
  }

  public static List<Token> tokens(String sql) {
    SqlLexer lexer = new SqlLexer(sql);
    List<Token> tokens = new ArrayList<>();
    while (lexer.at < sql.length()) {
      int start = lexer.at;
      Kind kind = lexer.skipToken();
      tokens.add(new Token(kind, sql.substring(start, lexer.at)));
    }
    return tokens;
  }

  private Kind skipToken() {
    char c = sql.charAt(at);
    if (Character.isWhitespace(c)) {
      skipWhile(Character::isWhitespace);
      return Kind.SPACE;
    }
    if (sql.startsWith("--", at)) {
      skipWhile(ch -> ch != '\n' && ch != '\r');
      return Kind.COMMENT;
    }
    if (sql.startsWith("/*", at)) {
      skipBlockComment();
      return Kind.COMMENT;
    }
    if (c == '\'') {
      skipQuoted('\'', false);
      return Kind.STRING;
    }
    if (c == '"') {
      skipQuoted('"', false);
      return Kind.QUOTED_NAME;
    }
    if (c == '$' && skipDollarString()) {
      return Kind.DOLLAR_STRING;
    }
    if (isWordPart(c) && c != '$') {
      return skipWordOrPrefixedString();
    }
    at++;
    return Kind.SYMBOL;
  }

  private Kind skipWordOrPrefixedString() {
    int start = at;
    skipWhile(SqlLexer::isWordPart);
    String word = sql.substring(start, at);
    boolean quoteFollows = at < sql.length() && sql.charAt(at) == '\'';
    if (quoteFollows && word.equalsIgnoreCase("E")) {
      skipQuoted('\'', true);
      return Kind.ESCAPE_STRING;
    }
    if (quoteFollows && (word.equalsIgnoreCase("B") || word.equalsIgnoreCase("X"))) {
      skipQuoted('\'', false);
      return Kind.STRING;
    }
    if (word.equalsIgnoreCase("U") && sql.startsWith("&'", at)) {
      at++;
      skipQuoted('\'', false);
      return Kind.STRING;
    }
    return Kind.WORD;
  }

  private static boolean isWordPart(int c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c > 127;
  }

  private void skipQuoted(char quote, boolean backslashEscapes) {
    at++;
    while (at < sql.length()) {
      char c = sql.charAt(at++);
      if (backslashEscapes && c == '\\') {
        at = Math.min(at + 1, sql.length());
      } else if (c == quote) {
        if (at < sql.length() && sql.charAt(at) == quote) {
          at++;
        } else {
          return;
        }
      }
    }
  }

  private void skipBlockComment() {
    int depth = 0;
    while (at < sql.length()) {
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        depth--;
        at += 2;
        if (depth == 0) {
          return;
        }
      } else {
        at++;
      }
    }
  }

  /** False, and nothing skipped, if the dollar starts no string: {@code $1}. */
  private boolean skipDollarString() {
    int end = at + 1;
    while (end < sql.length() && isTagPart(sql.charAt(end), end == at + 1)) {
      end++;
    }
    if (end >= sql.length() || sql.charAt(end) != '$') {
      return false;
    }
    String tag = sql.substring(at, end + 1);
    int close = sql.indexOf(tag, end + 1);
    at = close < 0 ? sql.length() : close + tag.length();
    return true;
  }

  private static boolean isTagPart(char c, boolean first) {
    return Character.isLetter(c) || c == '_' || c > 127 || (!first && Character.isDigit(c));
  }

  private void skipWhile(IntPredicate condition) {
    while (at < sql.length() && condition.test(sql.charAt(at))) {
      at++;
    }
  }
}

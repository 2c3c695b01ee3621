package dev.sluice.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of an SQL file, with what a reader of single lines must know of those around them: that
 * a quote or a comment goes on over them. Reads quotes as with {@code standard_conforming_strings},
 * PostgreSQL's default.
 */
final class SqlLines {

  /**
   * A line without its end.
   *
   * @param number from 1
   * @param openSince the line on which a quote or a block comment began that is still open where
   *     this line begins; 0: none
   * @param lastCode the last character that is neither blank nor comment; a blank: the line has
   *     none
   */
  record Line(int number, String text, int openSince, char lastCode) {
    boolean hasCode() {
      return lastCode != ' ';
    }

    boolean endsStatement() {
      return lastCode == ';';
    }
  }

  private static final Pattern DOLLAR_TAG = Pattern.compile("\\$([\\p{L}_][\\p{L}\\p{N}_]*)?\\$");

  private final String sql;
  private final List<Line> lines = new ArrayList<>();
  private int at;
  private int lineStart;
  private int openSince;
  private char lastCode = ' ';

  private SqlLines(String sql) {
    this.sql = sql;
  }

  static List<Line> of(String sql) {
    SqlLines lines = new SqlLines(sql);
    while (lines.at < sql.length()) {
      lines.take();
    }
    lines.endLine();
    return lines.lines;
  }

  private void take() {
    char c = sql.charAt(at);
    if (sql.startsWith("--", at)) {
      int end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length() : end;
    } else if (sql.startsWith("/*", at)) {
      goTo(endOfBlockComment(), false);
    } else if (c == '\'' || c == '"') {
      goTo(endOfQuoted(c), true);
    } else if (c == '$') {
      goTo(endOfDollarQuoted(), true);
    } else {
      goTo(at + 1, !Character.isWhitespace(c));
    }
  }

  /** Ends every line on the way. */
  private void goTo(int end, boolean isCode) {
    int start = lines.size() + 1;
    while (at < end) {
      char c = sql.charAt(at++);
      if (c == '\n') {
        endLine();
        openSince = at < end ? start : 0;
      } else if (isCode && !Character.isWhitespace(c)) {
        lastCode = c == ';' && at < end ? '\'' : c; // a ';' in a quote ends nothing
      }
    }
  }

  private void endLine() {
    int end = at > lineStart && sql.charAt(at - 1) == '\n' ? at - 1 : at;
    String text = sql.substring(lineStart, end);
    String withoutReturn = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    lines.add(new Line(lines.size() + 1, withoutReturn, openSince, lastCode));
    lineStart = at;
    lastCode = ' ';
    openSince = 0;
  }

  private int endOfQuoted(char quote) {
    boolean backslashEscapes = quote == '\'' && isEscapeString();
    int end = at + 1;
    while (end < sql.length()) {
      char c = sql.charAt(end++);
      if (c == '\\' && backslashEscapes) {
        end++;
      } else if (c == quote && end < sql.length() && sql.charAt(end) == quote) {
        end++;
      } else if (c == quote) {
        return end;
      }
    }
    return sql.length();
  }

  /** {@code E'it\'s'}, but not the end of a name as in {@code type'x'}. */
  private boolean isEscapeString() {
    boolean marked = at > 0 && (sql.charAt(at - 1) == 'E' || sql.charAt(at - 1) == 'e');
    return marked && (at == 1 || !isNamePart(sql.charAt(at - 2)));
  }

  private int endOfDollarQuoted() {
    Matcher tag = DOLLAR_TAG.matcher(sql).region(at, sql.length());
    boolean insideName = at > 0 && isNamePart(sql.charAt(at - 1));
    if (insideName || !tag.lookingAt()) {
      return at + 1;
    }
    int end = sql.indexOf(tag.group(), tag.end());
    return end < 0 ? sql.length() : end + tag.group().length();
  }

  private int endOfBlockComment() {
    int depth = 0;
    int end = at;
    do {
      if (sql.startsWith("/*", end)) {
        depth++;
        end += 2;
      } else if (sql.startsWith("*/", end)) {
        depth--;
        end += 2;
      } else {
        end++;
      }
    } while (depth > 0 && end < sql.length());
    return Math.min(end, sql.length());
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }
}

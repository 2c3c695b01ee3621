package dev.sluice.migration;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One SQL name, exactly as the catalog holds it: {@code users}, {@code Order}, {@code a"b}.
 *
 * @param value the name without quotes, 1 to 63 bytes in the server's default build
 */
public record Identifier(String value) {

  public Identifier {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a name must not be empty");
    }
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a name must not contain a NUL character");
    }
  }

  /**
   * Reads one name as SQL would: unquoted names fold to lower case, {@code "Quoted"} ones are
   * exact. Only A to Z are folded, as in a server with UTF-8: {@code Ä} stays {@code Ä}.
   *
   * @throws IllegalArgumentException if {@code sql} is not exactly one name; the message says why
   */
  public static Identifier parse(String sql) {
    List<Identifier> parts = parseQualified(sql);
    if (parts.size() != 1) {
      throw new IllegalArgumentException(
          "'" + sql + "' is a qualified name, a single name is wanted");
    }
    return parts.get(0);
  }

  /** Reads {@code a.b."C"} into its parts; the same errors as {@link #parse}. */
  static List<Identifier> parseQualified(String sql) {
    List<Identifier> parts = new ArrayList<>();
    int at = 0;
    while (true) {
      int end = endOfPart(sql, at);
      parts.add(new Identifier(unquote(sql.substring(at, end))));
      if (end == sql.length()) {
        return List.copyOf(parts);
      }
      if (sql.charAt(end) != '.') {
        throw notAName(sql);
      }
      at = end + 1;
    }
  }

  /** {@code 'a', 'b'}: for a message. */
  public static String listed(List<Identifier> names) {
    return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
  }

  private static int endOfPart(String sql, int start) {
    int at = start;
    if (at < sql.length() && sql.charAt(at) == '"') {
      at++;
      while (true) {
        int quote = sql.indexOf('"', at);
        if (quote < 0) {
          throw new IllegalArgumentException("'" + sql + "' has a quote that is never closed");
        }
        if (quote + 1 < sql.length() && sql.charAt(quote + 1) == '"') {
          at = quote + 2;
        } else {
          return quote + 1;
        }
      }
    }
    while (at < sql.length() && isNamePart(sql.charAt(at), at == start)) {
      at++;
    }
    if (at == start) {
      throw notAName(sql);
    }
    return at;
  }

  private static boolean isNamePart(char c, boolean first) {
    boolean letter = Character.isLetter(c) || c == '_' || c > 127;
    return letter || (!first && (Character.isDigit(c) || c == '$'));
  }

  private static String unquote(String part) {
    return part.startsWith("\"")
        ? part.substring(1, part.length() - 1).replace("\"\"", "\"")
        : foldAscii(part);
  }

  private static String foldAscii(String part) {
    StringBuilder folded = new StringBuilder(part);
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        folded.setCharAt(i, (char) (c - 'A' + 'a'));
      }
    }
    return folded.toString();
  }

  private static IllegalArgumentException notAName(String sql) {
    return new IllegalArgumentException(
        "'" + sql + "' is not an SQL name; put double quotes around a name with other characters");
  }

  /** The name in double quotes, safe in any statement: reserved words and mixed case included. */
  public String quoted() {
    return '"' + value.replace("\"", "\"\"") + '"';
  }

  /** The bare name, for messages. */
  @Override
  public String toString() {
    return value;
  }
}

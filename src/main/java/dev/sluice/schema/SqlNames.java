package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Reads the names that a statement gives, and makes those that it leaves to PostgreSQL. */
final class SqlNames {

  /** {@code NAMEDATALEN - 1} of the server's default build. PostgreSQL cuts longer names. */
  static final int BYTES_MAX = 63;

  private static final int HASH_CHARACTERS = 8;

  private SqlNames() {}

  /** Empty: not a name of at most two parts. */
  static Optional<TableName> table(String sql) {
    try {
      return Optional.of(TableName.parse(sql));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The name without quotes and schema; a text that is no plain name stays as it is. */
  static String bare(String sql) {
    return table(sql).map(name -> name.name().value()).orElse(sql);
  }

  /** The same parts make the same name, of at most {@value #BYTES_MAX} bytes. */
  static Identifier made(String... parts) {
    String name = String.join("_", parts);
    if (bytes(name) <= BYTES_MAX) {
      return new Identifier(name);
    }
    String hash = hash(name);
    return new Identifier(cut(name, BYTES_MAX - HASH_CHARACTERS - 1) + "_" + hash);
  }

  /**
   * The name that PostgreSQL itself makes, of at most {@value #BYTES_MAX} bytes, if nobody has it:
   * of the two parts, the longer one is cut first. Source: its {@code makeObjectName}.
   *
   * @param columns joined by underscores; empty: none
   */
  static Identifier automatic(String table, String columns, String label) {
    int room = BYTES_MAX - bytes(label) - 1 - (columns.isEmpty() ? 0 : 1);
    int tableBytes = bytes(table);
    int columnBytes = bytes(columns);
    while (tableBytes + columnBytes > room) {
      if (tableBytes > columnBytes) {
        tableBytes--;
      } else {
        columnBytes--;
      }
    }
    String name = cut(table, tableBytes);
    return new Identifier(
        (columns.isEmpty() ? name : name + "_" + cut(columns, columnBytes)) + "_" + label);
  }

  /** Characters stay whole. */
  private static String cut(String text, int bytesMax) {
    int end = text.length();
    while (bytes(text.substring(0, end)) > bytesMax) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end);
  }

  /** Hexadecimal, {@value #HASH_CHARACTERS} characters: tells the texts of one table apart. */
  static String hash(String text) {
    return sha256(text).substring(0, HASH_CHARACTERS);
  }

  static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}

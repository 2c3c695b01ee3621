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
    int end = name.length();
    while (bytes(name.substring(0, end)) > BYTES_MAX - HASH_CHARACTERS - 1) {
      end = name.offsetByCodePoints(end, -1);
    }
    return new Identifier(name.substring(0, end) + "_" + hash);
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

package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * A hash of rows, whatever the order in which they come and however they are put together: the
 * exclusive or of one MD5 a row, 128 bits. So a window that comes again in halves does not change
 * it, and no statement sorts. Not thread-safe.
 *
 * <p>It tells what has changed by accident. It is no proof against somebody who makes up values in
 * order to meet it.
 */
final class RowHash {

  private static final int BITS = 128;

  private BigInteger bits = BigInteger.ZERO;

  /**
   * SQL for the MD5 of a row: of the binary images of its key and of those columns, each with its
   * length. Without the type's number, which {@code record_send} puts first: another database has
   * other ones for types of one's own. A type without a binary form is hashed as text.
   */
  static String ofRow(JdbcOperations jdbc, Table table, TableKey key, List<Identifier> columns) {
    List<Identifier> hashed = new ArrayList<>();
    key.columns().forEach(column -> hashed.add(column.name()));
    hashed.addAll(columns);
    List<Identifier> textual =
        BinaryForm.missing(jdbc, table, hashed).stream().map(Table.Column::name).toList();
    return hashed.stream()
        .map(
            name ->
                "substring(record_send(ROW(%s.%s%s)) FROM 9)"
                    .formatted(
                        table.name().quoted(),
                        name.quoted(),
                        textual.contains(name) ? "::text" : ""))
        .collect(Collectors.joining(" || ", "md5(", ")"));
  }

  /** SQL for the hash of all rows of a query, as {@link #addBits} takes it; NULL for none. */
  static String ofRows(String rowHash) {
    return "CAST(bit_xor(CAST('x' || %s AS bit(%d))) AS text)".formatted(rowHash, BITS);
  }

  /** A row, by its 32 hexadecimal digits. */
  void addRow(String md5) {
    bits = bits.xor(new BigInteger(md5, 16));
  }

  /** Rows, by 128 binary digits. */
  void addBits(String digits) {
    bits = bits.xor(new BigInteger(digits, 2));
  }

  /** 32 digits; zeros for no row. */
  String hex() {
    return String.format(Locale.ROOT, "%032x", bits);
  }
}

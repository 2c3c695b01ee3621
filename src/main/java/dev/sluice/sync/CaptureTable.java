package dev.sluice.sync;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The log of captured keys of a migration, {@code sluice.captured_<id>}, and the SQL fragments of
 * it.
 *
 * <p>One row for each change that the application made and that may leave a row stale: {@code
 * _kseq}, which counts up; the key, in columns named and typed as in the table; {@code _kdue},
 * whether the written columns are to be computed whatever stands in them, or only if the row is
 * under the guard as it is. Never a value of the row. The last entry of a key decides: each is
 * written under the lock of its row, and a change that was captured after a later one gives way to
 * that.
 *
 * @param key the table that the migration changes, with its key
 */
public record CaptureTable(TableName name, TableKey key) {

  public static final String SEQ = "_kseq";
  public static final String DUE = "_kdue";

  public static CaptureTable of(MigrationId id, TableKey key) {
    return new CaptureTable(nameOf(id), key);
  }

  public static TableName nameOf(MigrationId id) {
    return new TableName(new Identifier("sluice"), new Identifier("captured_" + id.value()));
  }

  /** The log as a table to walk. */
  public TableKey walked() {
    Identifier seq = new Identifier(SEQ);
    return new TableKey(
        name, List.of(new Table.Column(seq, 1, "bigint", "bigint", true, false, true)));
  }

  /** {@code "id", "region"}: the key's columns, unqualified. */
  public String keyNames() {
    return each(", ", name -> name);
  }

  /** The key's columns, each as {@code part} makes it of its quoted name. */
  public String each(String separator, UnaryOperator<String> part) {
    return key.columns().stream()
        .map(column -> part.apply(column.name().quoted()))
        .collect(Collectors.joining(separator));
  }

  /** The condition that the key in {@code entry} is that of the table's row. */
  public String keyOf(String entry) {
    return IntStream.range(0, key.width())
        .mapToObj(
            i -> "%s.%s = %s".formatted(entry, key.columns().get(i).name().quoted(), key.column(i)))
        .collect(Collectors.joining(" AND "));
  }

  /** The condition that two entries are of one key. */
  public String sameKey(String entry, String other) {
    return each(" AND ", name -> "%s.%s = %s.%s".formatted(entry, name, other, name));
  }

  /**
   * A scalar query, for the row variable of a trigger: whether its key's last entry is due, if any.
   */
  public String lastIsDue(String row) {
    return last("_kl." + DUE, row);
  }

  /** The last entry of the key of a trigger's row variable: an index probe. */
  public String last(String columns, String row) {
    return "SELECT %s FROM %s AS _kl WHERE %s ORDER BY _kl.%s DESC LIMIT 1"
        .formatted(
            columns,
            name.quoted(),
            each(" AND ", column -> "_kl.%1$s = %2$s.%1$s".formatted(column, row)),
            SEQ);
  }

  /**
   * The condition that no entry waits for a row of the table: a stale row is no wrong one. A scalar
   * sub-select, which stays an index probe a row.
   */
  public String notWaiting() {
    return "(SELECT TRUE FROM %s AS _kw WHERE %s LIMIT 1) IS NULL"
        .formatted(name.quoted(), keyOf("_kw"));
  }
}

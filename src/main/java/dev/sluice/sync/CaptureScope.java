package dev.sluice.sync;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.ColumnDefault;
import dev.sluice.postgres.GeneratedColumn;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.UserSql;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Whether a captured row is the migration's, as SQL: the guard covers it, as it is or, if it is
 * due, as it was before it had any value in the written columns.
 *
 * <p>For the second question the row stands in a sub-select under the table's name, where the table
 * itself is out of sight: that the guard can be asked there too is to be planned before the log is
 * made. OFFSET 0 keeps the sub-selects from becoming joins, which may read all of the table between
 * two keys.
 *
 * <p>Text with named parameters, of which there are none: the user's SQL is escaped for that.
 */
public final class CaptureScope {

  private final Table table;
  private final List<Identifier> written;
  private final String guard;
  private final List<ColumnDefault> defaults;
  private final List<GeneratedColumn> generated;

  private CaptureScope(
      Table table,
      List<Identifier> written,
      String guard,
      List<ColumnDefault> defaults,
      List<GeneratedColumn> generated) {
    this.table = table;
    this.written = List.copyOf(written);
    this.guard = guard;
    this.defaults = List.copyOf(defaults);
    this.generated = List.copyOf(generated);
  }

  /**
   * By the catalog of this moment. Takes no lock on the table.
   *
   * @param guard the definition's, as it was written
   */
  public static CaptureScope of(
      JdbcOperations jdbc, Table table, List<Identifier> written, String guard) {
    return new CaptureScope(
        table,
        written,
        "(%s\n)".formatted(UserSql.forNamedParameters(guard)),
        ColumnDefault.of(jdbc, table.oid(), written),
        GeneratedColumn.of(jdbc, table).stream()
            .filter(column -> written.contains(column.from()))
            .toList());
  }

  /** What a select list over the table must hold for {@link #of(String)}: all of the row. */
  public List<String> row() {
    List<String> columns = new ArrayList<>();
    columns.add(guard + " AS _kunder");
    for (int i = 0; i < table.columns().size(); i++) {
      columns.add(
          "%s.%s AS _kc%d".formatted(tableName(), table.columns().get(i).name().quoted(), i));
    }
    return columns;
  }

  /**
   * A condition where {@link #row} is {@code _krow} and the table is out of sight.
   *
   * @param due whether the written columns are to be computed whatever stands in them
   */
  public String of(String due) {
    String emptied =
        "coalesce((SELECT %s FROM %s OFFSET 0), FALSE)".formatted(guard, emptied(c -> "NULL"));
    String defaulted =
        defaults.isEmpty()
            ? ""
            : "OR coalesce((SELECT %s FROM %s OFFSET 0), FALSE)"
                .formatted(guard, emptied(this::defaultOf));
    return """
        CASE
          WHEN _krow._kunder THEN TRUE
          WHEN %s THEN %s %s
          ELSE FALSE END"""
        .formatted(due, emptied, defaulted);
  }

  private String defaultOf(Identifier column) {
    return defaults.stream()
        .filter(found -> found.column().equals(column))
        .map(found -> UserSql.forNamedParameters(found.value()))
        .findFirst()
        .orElse("NULL");
  }

  /**
   * The row without values in the written columns, under the table's name and where the table
   * itself is out of sight.
   */
  private String emptied(Function<Identifier, String> empty) {
    String row = "(%s) AS %s".formatted(select(column -> value(column, empty)), tableName());
    return generated.isEmpty()
        ? row
        : "(%s FROM %s) AS %s".formatted(select(this::generatedValue), row, tableName());
  }

  private String select(Function<Table.Column, String> value) {
    // all of them in their order: a whole row may be what the guard reads
    return table.columns().stream()
        .map(column -> "%s AS %s".formatted(value.apply(column), column.name().quoted()))
        .collect(Collectors.joining(", ", "SELECT ", ""));
  }

  /** Of the type below a domain, which may forbid NULL. */
  private String value(Table.Column column, Function<Identifier, String> empty) {
    return written.contains(column.name())
        ? "CAST(%s AS %s)".formatted(empty.apply(column.name()), column.unboundedType())
        : "_krow._kc" + table.columns().indexOf(column);
  }

  private String generatedValue(Table.Column column) {
    return generated.stream()
        .filter(found -> found.name().equals(column.name()))
        .findFirst()
        .map(
            found ->
                "CAST((%s) AS %s)"
                    .formatted(UserSql.forNamedParameters(found.expression()), column.type()))
        .orElse(tableName() + "." + column.name().quoted());
  }

  private String tableName() {
    return table.name().name().quoted();
  }
}

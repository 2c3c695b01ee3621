package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A relation as the catalog describes it.
 *
 * @param name schema-qualified
 * @param kind {@code pg_class.relkind}: r table, p partitioned table, v view, m materialized view,
 *     f foreign table
 */
public record Table(
    long oid, TableName name, char kind, List<Column> columns, List<Index> indexes) {

  /**
   * A column, dropped ones left out.
   *
   * @param type as {@code format_type} prints it, modifiers included: fit for a cast
   * @param unboundedType the same without modifiers, and of a domain the type below it. An explicit
   *     cast to {@code varchar(3)} cuts a value off in silence; a cast to {@code varchar}, which is
   *     then assigned, is an error if the value is too long
   * @param generated computed by the server ({@code GENERATED … STORED} or {@code VIRTUAL})
   * @param identityAlways {@code GENERATED ALWAYS AS IDENTITY}
   */
  public record Column(
      Identifier name,
      int position,
      String type,
      String unboundedType,
      boolean notNull,
      boolean generated,
      boolean identityAlways) {}

  /**
   * An index.
   *
   * @param columns its key columns in order; empty for an index on an expression
   * @param allColumns the key columns, included ones, and those that its expressions and predicate
   *     refer to
   */
  public record Index(
      Identifier name,
      boolean unique,
      boolean primary,
      List<Identifier> columns,
      List<Identifier> allColumns) {}

  public Table {
    columns = List.copyOf(columns);
    indexes = List.copyOf(indexes);
  }

  public Optional<Column> column(Identifier name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  public Optional<Index> primaryKey() {
    return indexes.stream().filter(Index::primary).findFirst();
  }
}

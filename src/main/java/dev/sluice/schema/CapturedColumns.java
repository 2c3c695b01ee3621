package dev.sluice.schema;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.postgres.ExpressionFacts;
import dev.sluice.postgres.GeneratedColumn;
import dev.sluice.postgres.Table;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Which columns of a row matter to its capture, none of them generated: one that is generated from
 * others counts as those.
 *
 * @param sources what the change reads; empty: it reads other tables only
 * @param written what it writes, in the definition's order
 */
record CapturedColumns(List<Identifier> sources, List<Identifier> written) {

  CapturedColumns {
    sources = List.copyOf(sources);
    written = List.copyOf(written);
  }

  /**
   * Reads what an expression depends on from a temporary view on it, which is rolled back.
   *
   * @param table as it is after expand
   */
  static CapturedColumns of(DataSource dataSource, DataMigration migration, Table table) {
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    Set<Identifier> read = new LinkedHashSet<>();
    if (migration.change() instanceof Change.Transform transform) {
      read.addAll(transform.read());
    } else if (migration.change() instanceof Change.SetExpressions set) {
      set.expressions()
          .values()
          .forEach(expression -> read.addAll(sources(dataSource, table, expression)));
    }
    List<GeneratedColumn> generated = GeneratedColumn.of(jdbc, table);
    return new CapturedColumns(
        read.stream().flatMap(name -> stored(name, generated)).distinct().toList(),
        migration.change().writtenColumns());
  }

  private static List<Identifier> sources(DataSource dataSource, Table table, String expression) {
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    return Objects.requireNonNull(
        new TransactionTemplate(new DataSourceTransactionManager(dataSource))
            .execute(
                status -> {
                  status.setRollbackOnly();
                  return ExpressionFacts.read(jdbc, table.name(), expression).sourceColumns();
                }));
  }

  private static Stream<Identifier> stored(Identifier name, List<GeneratedColumn> generated) {
    List<Identifier> from =
        generated.stream()
            .filter(column -> column.name().equals(name))
            .map(GeneratedColumn::from)
            .toList();
    return from.isEmpty() ? Stream.of(name) : from.stream();
  }

  /**
   * Whether a written column is a source too. What stands in it may be computed already, so that
   * only the guard can tell whether a row is to be done.
   */
  boolean inPlace() {
    return sources.stream().anyMatch(written::contains);
  }

  /** By image, which every type has. */
  static String differ(List<Identifier> columns, String one, String other) {
    return columns.isEmpty()
        ? "FALSE"
        : "record_image_ne(ROW(%s), ROW(%s))".formatted(each(one, columns), each(other, columns));
  }

  private static String each(String row, List<Identifier> columns) {
    return columns.stream()
        .map(column -> row + "." + column.quoted())
        .collect(Collectors.joining(", "));
  }
}

package dev.sluice.job;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.ExpressionFacts;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Reads what stands in rows now, in the columns that a migration reads or writes: asked for. */
final class RowContent {

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final DataMigration migration;

  RowContent(DataSource dataSource, DataMigration migration) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
    this.migration = migration;
  }

  /** A JSON object a row that is there. Takes no row lock; bounded by the number of keys. */
  Map<Key, String> of(List<Key> keys) {
    Table table = new Catalog(jdbc).require(migration.table());
    TableKey key = TableKey.of(table, migration.key());
    String columns =
        columns(table).stream()
            .map(column -> table.name().name().quoted() + "." + column.quoted())
            .collect(Collectors.joining(", "));
    String sql =
        """
        SELECT %s, (SELECT to_json(_kr) FROM (SELECT %s) AS _kr)::text AS _kjson
        FROM %s
        WHERE %s
        """
            .formatted(key.textColumnList(), columns, table.name().quoted(), key.isOneOf());
    return Objects.requireNonNull(
        jdbc.execute((Connection connection) -> read(connection, sql, key, keys)));
  }

  private static Map<Key, String> read(
      Connection connection, String sql, TableKey key, List<Key> keys) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      key.bind(statement, keys, 1);
      Map<Key, String> rows = new HashMap<>();
      try (ResultSet rs = statement.executeQuery()) {
        while (rs.next()) {
          rows.put(key.read(rs), rs.getString("_kjson"));
        }
      }
      return rows;
    }
  }

  private List<Identifier> columns(Table table) {
    Set<Identifier> columns = new LinkedHashSet<>();
    if (migration.change() instanceof Change.Transform transform) {
      columns.addAll(transform.read());
    } else if (migration.change() instanceof Change.SetExpressions set) {
      set.expressions().values().forEach(sql -> columns.addAll(sourceColumns(table, sql)));
    }
    columns.addAll(migration.change().writtenColumns());
    List<Identifier> there = new ArrayList<>(columns);
    there.removeIf(column -> table.column(column).isEmpty());
    return there;
  }

  /** None if the role may not create the temporary view that tells them. */
  private List<Identifier> sourceColumns(Table table, String expression) {
    try {
      ExpressionFacts facts =
          transaction.execute(
              status -> {
                status.setRollbackOnly();
                return ExpressionFacts.read(jdbc, table.name(), expression);
              });
      return facts == null ? List.of() : facts.sourceColumns();
    } catch (DataAccessException e) {
      return List.of();
    }
  }
}

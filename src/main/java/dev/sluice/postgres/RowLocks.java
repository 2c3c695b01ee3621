package dev.sluice.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Finds out who holds a row.
 *
 * <p>Row locks are not in {@code pg_locks}: the row's {@code xmax} names the transaction that
 * locked it, or a multixact of several.
 */
public final class RowLocks {

  private final JdbcOperations jdbc;
  private final TableKey key;

  /** A session. {@code since}: when its transaction began, as the server prints it. */
  public record Holder(int pid, String application, String since) {}

  public RowLocks(JdbcOperations jdbc, TableKey key) {
    this.jdbc = jdbc;
    this.key = key;
  }

  /** The session that holds the row, if one does that this role may see. */
  public Optional<Holder> holder(Key row) {
    Optional<String> locker = locker(row);
    if (locker.isEmpty()) {
      return Optional.empty();
    }
    return byTransactions(List.of(locker.get())).or(() -> byTransactions(members(locker.get())));
  }

  private Optional<String> locker(Key row) {
    String sql =
        "SELECT xmax::text FROM %s WHERE %s AND xmax <> '0'::xid"
            .formatted(key.table().quoted(), key.isOneOf());
    Optional<String> xmax =
        jdbc.execute(
            (Connection connection) -> {
              try (PreparedStatement statement = connection.prepareStatement(sql)) {
                int index = 1;
                for (var array : key.arrays(connection, List.of(row))) {
                  statement.setArray(index++, array);
                }
                return firstText(statement);
              }
            });
    return xmax == null ? Optional.empty() : xmax;
  }

  private static Optional<String> firstText(PreparedStatement statement) throws SQLException {
    try (ResultSet rs = statement.executeQuery()) {
      return rs.next() ? Optional.of(rs.getString(1)) : Optional.empty();
    }
  }

  private List<String> members(String multixact) {
    try {
      return jdbc.queryForList(
          "SELECT xid::text FROM pg_get_multixact_members(CAST(? AS xid))",
          String.class,
          multixact);
    } catch (DataAccessException e) {
      return List.of(); // it was a plain transaction, and it has ended
    }
  }

  private Optional<Holder> byTransactions(List<String> transactions) {
    return jdbc
        .query(
            """
            SELECT pid, coalesce(application_name, '') AS application, xact_start::text AS since
            FROM pg_stat_activity
            WHERE backend_xid::text = ANY (string_to_array(?, ','))
            ORDER BY xact_start
            LIMIT 1
            """,
            (rs, row) ->
                new Holder(rs.getInt("pid"), rs.getString("application"), rs.getString("since")),
            String.join(",", transactions))
        .stream()
        .findFirst();
  }
}

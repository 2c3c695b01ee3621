package dev.sluice.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** A row and the session that holds it. */
  public record Held(Key key, Holder holder) {}

  /** A row and the transaction, or multixact of several, that locked it; it may be over. */
  private record Locked(Key key, String xmax) {}

  /**
   * The first of the rows that a session holds which this role may see: one query for all rows, and
   * one for each multixact.
   */
  public Optional<Held> firstHeld(List<Key> rows) {
    List<Locked> locked = rows.isEmpty() ? List.of() : locked(rows);
    Set<String> lockers = new LinkedHashSet<>();
    locked.forEach(row -> lockers.add(row.xmax()));
    Map<String, Holder> holders = new HashMap<>(byTransaction(lockers));
    for (String locker : lockers) {
      if (!holders.containsKey(locker)) {
        byTransaction(members(locker)).values().stream()
            .findFirst()
            .ifPresent(holder -> holders.put(locker, holder));
      }
    }
    for (Locked row : locked) {
      Holder holder = holders.get(row.xmax());
      if (holder != null) {
        return Optional.of(new Held(row.key(), holder));
      }
    }
    return Optional.empty();
  }

  private List<Locked> locked(List<Key> rows) {
    String sql =
        """
        SELECT %1$s, %2$s.xmax::text AS _kxmax
        FROM %2$s
        WHERE %3$s
          AND %2$s.xmax <> '0'::xid
        ORDER BY %4$s
        """
            .formatted(key.textColumnList(), key.table().quoted(), key.isOneOf(), key.columnList());
    List<Locked> locked =
        jdbc.execute(
            (Connection connection) -> {
              try (PreparedStatement statement = connection.prepareStatement(sql)) {
                int index = 1;
                for (var array : key.arrays(connection, rows)) {
                  statement.setArray(index++, array);
                }
                return read(statement);
              }
            });
    return locked == null ? List.of() : locked;
  }

  private List<Locked> read(PreparedStatement statement) throws SQLException {
    List<Locked> locked = new ArrayList<>();
    try (ResultSet rs = statement.executeQuery()) {
      while (rs.next()) {
        locked.add(new Locked(key.read(rs), rs.getString("_kxmax")));
      }
    }
    return locked;
  }

  private Set<String> members(String multixact) {
    try {
      return new LinkedHashSet<>(
          jdbc.queryForList(
              "SELECT xid::text FROM pg_get_multixact_members(CAST(? AS xid))",
              String.class,
              multixact));
    } catch (DataAccessException e) {
      return Set.of(); // it was a plain transaction, and it has ended
    }
  }

  /** By the transaction's number, the longest one first. */
  private Map<String, Holder> byTransaction(Set<String> transactions) {
    Map<String, Holder> holders = new LinkedHashMap<>();
    if (transactions.isEmpty()) {
      return holders;
    }
    jdbc.query(
        """
        SELECT backend_xid::text AS xid, pid, coalesce(application_name, '') AS application,
               xact_start::text AS since
        FROM pg_stat_activity
        WHERE backend_xid::text = ANY (string_to_array(?, ','))
        ORDER BY xact_start
        """,
        rs -> {
          holders.put(
              rs.getString("xid"),
              new Holder(rs.getInt("pid"), rs.getString("application"), rs.getString("since")));
        },
        String.join(",", transactions));
    return holders;
  }
}

package dev.sluice.torture;

import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One connection of the application, opened anew after an error. For one thread. */
final class Session implements AutoCloseable {

  /** What every session of the application is called in pg_stat_activity. */
  static final String NAME = "application";

  private static final Duration CONNECT_INTERVAL = Duration.ofMillis(20);

  private final Victim server;
  private final TestDatabase database;
  private final Latencies latencies;
  private @Nullable Connection connection;
  private int connectedAt;

  Session(Victim server, TestDatabase database, Latencies latencies) {
    this.server = server;
    this.database = database;
    this.latencies = latencies;
  }

  /** Whether an error that was just thrown comes from the server's restart. */
  boolean isExcused(SQLException error) {
    String state = error.getSQLState();
    boolean aboutConnection = state == null || state.startsWith("08") || state.startsWith("57P");
    return aboutConnection && server.excuses(connectedAt);
  }

  private Connection connection() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = connect();
      connection = open;
    }
    return open;
  }

  /** Tries until the server is back. */
  private Connection connect() throws SQLException {
    while (true) {
      connectedAt = server.moment();
      try {
        Connection open = database.connect();
        try (Statement statement = open.createStatement()) {
          statement.execute("SET application_name = '" + NAME + "'");
        }
        open.setAutoCommit(false);
        if (!server.excuses(connectedAt)) {
          return open;
        }
        open.close(); // too early: nothing that this session met could be blamed on anybody
      } catch (SQLException e) {
        if (!isExcused(e)) {
          throw e;
        }
      }
      LockSupport.parkNanos(CONNECT_INTERVAL.toNanos());
    }
  }

  /** Forgets a connection that failed. */
  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        // it was broken, which is why it is closed
      }
    }
  }

  /** A statement that returns the states of rows, or none. */
  Optional<RowState> row(String sql, List<? extends @Nullable Object> values) throws SQLException {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, values);
      long start = System.nanoTime();
      try (ResultSet rs = statement.executeQuery()) {
        clock(start, sql);
        return rs.next() ? Optional.of(RowState.read(rs)) : Optional.empty();
      }
    }
  }

  /** A statement that returns keys and nothing else. */
  List<List<Object>> keys(String sql, List<Object> values) throws SQLException {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, values);
      long start = System.nanoTime();
      try (ResultSet rs = statement.executeQuery()) {
        clock(start, sql);
        List<List<Object>> keys = new ArrayList<>();
        while (rs.next()) {
          keys.add(key(rs));
        }
        return keys;
      }
    }
  }

  private static List<Object> key(ResultSet rs) throws SQLException {
    List<Object> key = new ArrayList<>();
    for (int i = 1; i <= rs.getMetaData().getColumnCount(); i++) {
      key.add(rs.getObject(i));
    }
    return key;
  }

  /** A statement of which only the number of rows is asked. */
  int update(String sql, List<? extends @Nullable Object> values) throws SQLException {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, values);
      long start = System.nanoTime();
      int rows = statement.executeUpdate();
      clock(start, sql);
      return rows;
    }
  }

  boolean isTrue(String sql, List<? extends @Nullable Object> values) throws SQLException {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, values);
      try (ResultSet rs = statement.executeQuery()) {
        return rs.next() && rs.getBoolean(1);
      }
    }
  }

  private static void bind(PreparedStatement statement, List<? extends @Nullable Object> values)
      throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      statement.setObject(i + 1, values.get(i));
    }
  }

  private void clock(long startNanos, String sql) {
    if (!server.excuses(connectedAt)) {
      latencies.add(Duration.ofNanos(System.nanoTime() - startNanos), sql);
    }
  }

  /** Time that passes at the application, in or between transactions; not counted as waiting. */
  void think(Duration time) throws SQLException {
    isTrue("SELECT pg_sleep(?) IS NULL", List.of(time.toMillis() / 1000.0));
  }

  void commit() throws SQLException {
    long start = System.nanoTime();
    connection().commit();
    clock(start, "COMMIT");
  }

  void rollback() throws SQLException {
    connection().rollback();
  }

  /** The key's values after others, as a statement has them. */
  static List<@Nullable Object> join(List<? extends @Nullable Object> values, List<Object> key) {
    List<@Nullable Object> all = new ArrayList<>(values);
    all.addAll(key);
    return all;
  }
}

package dev.sluice.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * A user's query that is to return one boolean. What it returned instead is told by its shape only.
 */
public final class BooleanQuery {

  /** Tell that it is too much: whatever a query returns, no more are sent, or kept. */
  private static final int ROWS_MAX = 2;

  private BooleanQuery() {}

  /**
   * What a query returned.
   *
   * @param value null: not one boolean
   * @param detail follows the query's name in a message: {@code returned false}
   */
  public record Answer(@Nullable Boolean value, String detail) {

    public static Answer none(String detail) {
      return new Answer(null, detail);
    }

    public boolean isTrue() {
      return Boolean.TRUE.equals(value);
    }
  }

  /**
   * Runs it. Time, and what it may do, are the caller's to bound.
   *
   * @throws org.springframework.dao.DataAccessException if it fails
   */
  public static Answer ask(JdbcOperations jdbc, String sql) {
    return Objects.requireNonNull(
        jdbc.query(connection -> prepare(connection, sql), BooleanQuery::answer));
  }

  private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(UserSql.forJdbc(sql));
    statement.setMaxRows(ROWS_MAX);
    return statement;
  }

  /** What it gives in place of one boolean; empty: that. */
  public static Optional<String> shapeFault(ResultSetMetaData result) throws SQLException {
    int columns = result.getColumnCount();
    if (columns != 1) {
      return Optional.of("%d columns".formatted(columns));
    }
    String type = result.getColumnTypeName(1);
    return type.equals("bool")
        ? Optional.empty()
        : Optional.of("type %s, not boolean".formatted(type));
  }

  private static Answer answer(ResultSet rs) throws SQLException {
    Optional<String> shape = shapeFault(rs.getMetaData());
    if (shape.isPresent()) {
      return Answer.none("returned " + shape.get());
    }
    if (!rs.next()) {
      return Answer.none("returned no row");
    }
    boolean value = rs.getBoolean(1);
    boolean isNull = rs.wasNull();
    if (rs.next()) {
      return Answer.none("returned more than one row");
    }
    return isNull ? Answer.none("returned NULL") : new Answer(value, "returned " + value);
  }
}

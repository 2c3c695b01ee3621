package dev.sluice.validation;

import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.UserSql;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import org.springframework.dao.DataAccessException;

/** Asks a user's query for its one boolean. What it returned instead is told by its shape only. */
final class UserQuery {

  /**
   * @param detail follows the check's name in a message: {@code returned false}
   */
  record Answer(boolean isTrue, String detail) {}

  private final Inspection inspection;

  UserQuery(Inspection inspection) {
    this.inspection = inspection;
  }

  /**
   * Runs it read-only, within the inspection's timeout.
   *
   * @throws DataAccessException for an error that may pass by itself
   */
  Answer ask(String sql) {
    try {
      return Objects.requireNonNull(
          inspection.read(jdbc -> jdbc.query(UserSql.forJdbc(sql), UserQuery::answer)));
    } catch (DataAccessException e) {
      if (SqlStates.of(e).filter(SqlStates.QUERY_CANCELED::equals).isPresent()) {
        return new Answer(
            false, "took longer than %d s".formatted(inspection.statementTimeout().toSeconds()));
      }
      if (SqlStates.isTransient(e) && !isWriteRefused(e)) {
        throw e;
      }
      return new Answer(
          false,
          ServerError.of(e)
              .map(error -> "is an error: " + error.textWithoutValues())
              .orElse("is no query"));
    }
  }

  /**
   * Not the failover that this SQLSTATE tells elsewhere: the transaction is read-only by intent.
   */
  private static boolean isWriteRefused(DataAccessException e) {
    return SqlStates.of(e).filter("25006"::equals).isPresent();
  }

  /** What it gives in place of one boolean; empty: that. */
  static Optional<String> shapeFault(ResultSetMetaData result) throws SQLException {
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
      return new Answer(false, "returned " + shape.get());
    }
    if (!rs.next()) {
      return new Answer(false, "returned no row");
    }
    boolean value = rs.getBoolean(1);
    String shown = rs.wasNull() ? "NULL" : String.valueOf(value);
    return rs.next()
        ? new Answer(false, "returned more than one row")
        : new Answer(value, "returned " + shown);
  }
}

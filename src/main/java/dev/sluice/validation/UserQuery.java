package dev.sluice.validation;

import dev.sluice.postgres.BooleanQuery;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.SqlStates;
import org.springframework.dao.DataAccessException;

/** Asks a user's query for its one boolean; also an error that will not pass is an answer. */
final class UserQuery {

  private final Inspection inspection;

  UserQuery(Inspection inspection) {
    this.inspection = inspection;
  }

  /**
   * Runs it read-only, within the inspection's timeout.
   *
   * @throws DataAccessException for an error that may pass by itself
   */
  BooleanQuery.Answer ask(String sql) {
    try {
      return inspection.read(jdbc -> BooleanQuery.ask(jdbc, sql));
    } catch (DataAccessException e) {
      if (SqlStates.of(e).filter(SqlStates.QUERY_CANCELED::equals).isPresent()) {
        return BooleanQuery.Answer.none(
            "took longer than %d s".formatted(inspection.statementTimeout().toSeconds()));
      }
      if (SqlStates.isTransient(e) && !isWriteRefused(e)) {
        throw e;
      }
      return BooleanQuery.Answer.none(
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
}

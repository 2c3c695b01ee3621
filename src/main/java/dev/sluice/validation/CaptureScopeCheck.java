package dev.sluice.validation;

import dev.sluice.migration.Sync;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.SqlStates;
import dev.sluice.sync.CaptureScope;
import java.util.Map;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/**
 * The guard can be asked of a captured row: there a row that stands in for the table's bears its
 * name, without its schema and its system columns. What the backfill accepts, the sweep of the log
 * would refuse after it.
 *
 * <p>Asked once the columns are there and PostgreSQL accepts the guard over the table. What a sweep
 * writes is written as by the backfill, and needs no look here.
 */
final class CaptureScopeCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    if (!(subject.migration().sync() instanceof Sync.Capture)) {
      return;
    }
    try {
      subject.inspection().read(jdbc -> plan(jdbc, subject));
    } catch (DataAccessException e) {
      ServerError error = ServerError.of(e).orElseThrow(() -> e);
      if (SqlStates.isTransient(e) || SqlStates.isTimeout(e)) {
        throw e;
      }
      findings.refuse(
          ("sync: capture asks where of a captured row without its new values, and cannot: %s. In it,"
                  + " name columns alone, or as %s.column; a system column or the table's schema is not"
                  + " there.")
              .formatted(error.text(), subject.table().name().name().quoted()));
    }
  }

  /** The statement of the sweep, but for the log. Runs nothing; takes ACCESS SHARE. */
  private static boolean plan(JdbcOperations jdbc, Subject subject) {
    CaptureScope scope =
        CaptureScope.of(
            jdbc, subject.table(), subject.written(), subject.migration().guardOrTrue());
    String sql =
        "EXPLAIN SELECT %s FROM (SELECT %s FROM %s OFFSET 0) AS _krow"
            .formatted(
                scope.of("TRUE"), String.join(", ", scope.row()), subject.table().name().quoted());
    new NamedParameterJdbcTemplate(jdbc).queryForList(sql, Map.of(), String.class);
    return true;
  }
}

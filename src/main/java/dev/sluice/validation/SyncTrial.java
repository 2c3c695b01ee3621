package dev.sluice.validation;

import dev.sluice.postgres.ServerError;
import dev.sluice.sync.SyncFunction;
import dev.sluice.sync.SyncRules;
import dev.sluice.sync.SyncSettings;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Sets a sync trigger's function off once before it stands in the application's way: plpgsql looks
 * at a statement only when it is executed.
 *
 * <p>On a table of this session, with the columns of the real one. None is of a domain, which might
 * refuse the trial's row of NULLs before the trigger fires.
 */
final class SyncTrial {

  private SyncTrial() {}

  static void check(SyncRules rules, Subject subject, Findings findings) {
    try {
      boolean proven = subject.inspection().tryOut(jdbc -> isSetOff(jdbc, rules, subject));
      if (!proven) {
        throw new IllegalStateException("the trial of the sync trigger was not set off");
      }
    } catch (DataAccessException e) {
      ServerError error = ServerError.of(e).orElseThrow(() -> e);
      if (error.isAboutTheStatement()) {
        findings.refuse(
            ("a sync trigger cannot compute where, set or sync.reverse over a new row of %s: %s."
                    + " In them, name columns alone, or as %s.column; a system column or the table's"
                    + " schema is not there.")
                .formatted(
                    subject.table().name(), error.text(), subject.table().name().name().quoted()));
      } else if (error.isAboutAValue()) {
        findings.refuse(
            ("a sync trigger could not be tried out on %s: where, set or sync.reverse fails before it"
                    + " is given a row: %s. Let it return NULL where a column is NULL.")
                .formatted(subject.table().name(), error.text()));
      } else {
        throw e;
      }
    }
  }

  /** The trial returns NULL at its end, so that no row is inserted: one that is was not tried. */
  private static boolean isSetOff(JdbcOperations jdbc, SyncRules rules, Subject subject) {
    String function = new SyncFunction(rules, SyncSettings.of(jdbc)).trial("_k_trial");
    jdbc.execute(
        "CREATE TEMPORARY TABLE _k_row AS SELECT %s FROM %s WITH NO DATA"
            .formatted(columnsBelowDomains(subject), subject.table().name().quoted()));
    jdbc.execute(function);
    jdbc.execute(
        "CREATE TRIGGER _k_trial BEFORE INSERT ON _k_row FOR EACH ROW"
            + " EXECUTE FUNCTION pg_temp._k_trial()");
    jdbc.execute("ALTER TABLE _k_row ENABLE ALWAYS TRIGGER _k_trial");
    return jdbc.update("INSERT INTO _k_row DEFAULT VALUES") == 0;
  }

  /** A cast keeps the column's collation. */
  private static String columnsBelowDomains(Subject subject) {
    return subject.table().columns().stream()
        .map(
            column ->
                "CAST(%1$s AS %2$s) AS %1$s"
                    .formatted(column.name().quoted(), column.unboundedType()))
        .collect(Collectors.joining(", "));
  }
}

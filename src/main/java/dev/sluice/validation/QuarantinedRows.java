package dev.sluice.validation;

import dev.sluice.control.Quarantine;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.TableKey;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The rows of a run that are in quarantine when it is verified: they were not changed, and no check
 * of ours calls them wrong. Those of the user see them.
 *
 * @param count how many
 * @param excluded the condition that a row is none of them, over the table's own name; TRUE if
 *     there is none, so that looking costs nothing
 */
record QuarantinedRows(long count, String excluded) {

  static QuarantinedRows of(JdbcOperations jdbc, MigrationId id, long run, TableKey key) {
    Quarantine quarantine = new Quarantine(jdbc, id, run);
    long count = quarantine.count();
    return new QuarantinedRows(count, count == 0 ? "TRUE" : quarantine.conditions().excludes(key));
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** What the certificate says of them; empty: there is none. */
  List<Certificate.Result> result() {
    // no failure: they were set aside within 'skip', and whoever reads this must know
    return isEmpty()
        ? List.of()
        : List.of(
            new Certificate.Result(
                "quarantine",
                true,
                "%d rows are set aside and were not changed, the other results are without them"
                    .formatted(count)));
  }

  /** What a check adds to its result; empty if there is none. */
  String remark() {
    return isEmpty() ? "" : ", but for %d in quarantine".formatted(count);
  }
}

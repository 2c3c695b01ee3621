package dev.sluice.validation;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.Table;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a verification looks at.
 *
 * @param queries for the user's own statements
 * @param baseline null: none was captured for the run
 * @param journal null: the run kept none, or it is gone
 * @param transformer null: the change is no transform
 * @param quarantined rows that the run has set aside
 */
record Evidence(
    DataMigration migration,
    long run,
    Table table,
    Windows windows,
    Inspection queries,
    @Nullable Baseline baseline,
    @Nullable Journal journal,
    @Nullable RowTransformer transformer,
    QuarantinedRows quarantined) {

  Inspection inspection() {
    return windows.inspection();
  }

  /** {@code 1, 2, 3}, or with more rows than keys: {@code 1, 2, 3, …}. */
  static String listed(List<Key> keys, long rows) {
    String text = keys.stream().map(Key::toString).collect(Collectors.joining(", "));
    return rows > keys.size() ? text + ", …" : text;
  }
}

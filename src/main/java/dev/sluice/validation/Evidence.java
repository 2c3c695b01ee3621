package dev.sluice.validation;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.Table;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a verification looks at.
 *
 * @param ranges the table, cut
 * @param walk over all of them
 * @param queries for the user's own statements
 * @param baseline null: none was captured for the run
 * @param journal null: the run kept none, or it is gone
 * @param earlier the ranges of the latest certificate of the run; null: there are none
 * @param transformer null: the change is no transform
 * @param quarantined rows that the run has set aside
 * @param captured rows that the application has changed since, and that wait to be done
 */
record Evidence(
    DataMigration migration,
    long run,
    Table table,
    List<CutRange> ranges,
    Walk walk,
    Inspection queries,
    @Nullable Baseline baseline,
    @Nullable Journal journal,
    HashedRanges.@Nullable Earlier earlier,
    @Nullable RowTransformer transformer,
    QuarantinedRows quarantined,
    StaleRows captured) {

  Evidence {
    ranges = List.copyOf(ranges);
  }

  /**
   * A condition, for the rows that the run answers for: not those in quarantine, and not those that
   * the application has changed and that wait to be done.
   */
  String examined(String condition) {
    return Stream.of(quarantined.excluded(), captured.excluded())
        .filter(excluded -> !excluded.equals("TRUE"))
        .reduce(condition, "(%s\n) AND %s"::formatted);
  }

  /** What the certificate says of the rows that no check of ours examines. */
  List<Certificate.Result> leftOut() {
    return Stream.of(quarantined.result(), captured.result()).flatMap(List::stream).toList();
  }

  Inspection inspection() {
    return walk.windows().inspection();
  }

  /** Threads and connections. */
  int workers() {
    return walk.workers();
  }

  /** {@code 1, 2, 3}, or with more rows than keys: {@code 1, 2, 3, …}. */
  static String listed(List<Key> keys, long rows) {
    String text = keys.stream().map(Key::toString).collect(Collectors.joining(", "));
    return rows > keys.size() ? text + ", …" : text;
  }
}

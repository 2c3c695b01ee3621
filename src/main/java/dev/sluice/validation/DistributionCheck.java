package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.TableKey;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The most frequent values of a column. They are row content: listing the column under {@code
 * checks.distribution} asks to see them.
 */
final class DistributionCheck implements VerifyCheck {

  /** Values that are listed. */
  static final int TOP = 10;

  /** Different values that are counted; beyond it the column is no category. */
  static final int DISTINCT_MAX = 10_000;

  private static final int VALUE_LENGTH_MAX = 60;

  private final Identifier column;

  DistributionCheck(Identifier column) {
    this.column = column;
  }

  @Override
  public String name() {
    return "distribution " + column;
  }

  @Override
  public List<Certificate.Result> verify(Evidence evidence) {
    // one for all workers: a sum is the same in any order, and a map each might hold a whole table
    Map<String, Long> counts = new ConcurrentHashMap<>();
    evidence
        .walk()
        .each(
            Windows.ROWS,
            () -> counts,
            (all, window) -> {
              if (all.size() <= DISTINCT_MAX) {
                add(window, evidence, all);
              }
            });
    String detail =
        counts.size() > DISTINCT_MAX
            ? "more than %d different values".formatted(DISTINCT_MAX)
            : mostFrequent(counts);
    return List.of(new Certificate.Result(name(), true, detail));
  }

  private void add(KeyRange window, Evidence evidence, Map<String, Long> counts) {
    // quoted on the server: no value can be taken for NULL
    String sql =
        """
        SELECT coalesce('''' || left(%1$s::text, %2$d) || '''', 'NULL') AS _k_value,
               count(*) AS _k_rows
        FROM %3$s
        WHERE %4$s
        GROUP BY 1
        """
            .formatted(
                evidence.table().name().quoted() + "." + column.quoted(),
                VALUE_LENGTH_MAX,
                evidence.table().name().quoted(),
                evidence.walk().windows().key().inRange(window));
    evidence
        .inspection()
        .read(
            jdbc ->
                jdbc.query(
                    sql,
                    (rs, row) -> Map.entry(rs.getString("_k_value"), rs.getLong("_k_rows")),
                    TableKey.rangeArguments(window).toArray()))
        .forEach(value -> counts.merge(value.getKey(), value.getValue(), Long::sum));
  }

  private static String mostFrequent(Map<String, Long> counts) {
    if (counts.isEmpty()) {
      return "no rows";
    }
    String listed =
        counts.entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(TOP)
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    return counts.size() > TOP
        ? "%s, and %d other values".formatted(listed, counts.size() - TOP)
        : listed;
  }
}

package dev.sluice.validation;

import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.TableKey;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The rows that hold what the run left there.
 *
 * @param condition over the table's row, ready for JDBC: those that do not fulfil it are left out
 * @param overOldRow SQL that is computed over the row as it was before; {@link #old} names each
 */
record JournaledRows(Journal journal, List<String> overOldRow, String condition)
    implements ComparedRows {

  JournaledRows {
    overOldRow = List.copyOf(overOldRow);
  }

  /** What the select's columns call one of {@code overOldRow}. */
  static String old(int index) {
    return "_kold._kv" + (index + 1);
  }

  @Override
  public Windows walked() {
    return journal.windows();
  }

  @Override
  public TableKey key() {
    return journal.kept().key();
  }

  /**
   * OFFSET 0 keeps the inner queries from becoming joins: those may read all of the table between
   * two keys of a sparse journal. This is an index probe a row, always.
   */
  @Override
  public String select(KeyRange window, String columns) {
    return """
        SELECT _krow.*
        FROM %1$s
        %2$s
        CROSS JOIN LATERAL (
          SELECT %3$s, %4$s.xmin = _kj._kxmin AS _kuntouched, %5$s
          FROM %4$s
          WHERE %6$s
            AND %7$s
            AND %8$s
          OFFSET 0) AS _krow
        """
        .formatted(
            journal.rows(window),
            overOldRow.isEmpty() ? "" : oldValues(),
            keyColumns(),
            key().table().quoted(),
            columns,
            journal.sameKey(),
            journal.isOurs(),
            condition);
  }

  /**
   * In a sub-select of its own, where the table itself is out of sight: an expression that names it
   * with its schema would find the row of now there, and no error.
   */
  private String oldValues() {
    return """
        CROSS JOIN LATERAL (
          SELECT %s
          FROM %s
          WHERE %s
            AND %s
          OFFSET 0) AS _know
        CROSS JOIN LATERAL (
          SELECT %s
          FROM %s
          OFFSET 0) AS _kold"""
        .formatted(
            journal.columnsOfNow(),
            key().table().quoted(),
            journal.sameKey(),
            journal.isOurs(),
            IntStream.range(0, overOldRow.size())
                .mapToObj(i -> "%s AS _kv%d".formatted(overOldRow.get(i), i + 1))
                .collect(Collectors.joining(", ")),
            journal.oldRow());
  }
}

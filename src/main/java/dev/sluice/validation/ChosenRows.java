package dev.sluice.validation;

import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.TableKey;

/**
 * The rows of the table that a condition chooses.
 *
 * @param condition SQL over the table's row, ready for JDBC
 */
record ChosenRows(Windows walked, String condition) implements ComparedRows {

  @Override
  public TableKey key() {
    return walked.key();
  }

  @Override
  public String select(KeyRange window, String columns) {
    return """
        SELECT %s, FALSE AS _kuntouched, %s
        FROM %s
        WHERE %s
          AND (%s
          )
        """
        .formatted(keyColumns(), columns, key().table().quoted(), key().inRange(window), condition);
  }
}

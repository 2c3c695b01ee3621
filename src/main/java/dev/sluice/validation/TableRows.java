package dev.sluice.validation;

import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.TableKey;

/** All rows of the table. Which of them the run wrote is not known. */
record TableRows(Windows walked) implements ComparedRows {

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
        """
        .formatted(keyColumns(), columns, key().table().quoted(), key().inRange(window));
  }
}

package dev.sluice.validation;

import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.TableKey;

/**
 * A part of the table that one statement looks at.
 *
 * @param sample a TABLESAMPLE clause; empty: every row of the range
 */
record Portion(String sample, KeyRange range) {

  static Portion of(KeyRange range) {
    return new Portion("", range);
  }

  /** What follows FROM. */
  String from(TableKey key) {
    return key.table().quoted() + sample;
  }

  /** What follows WHERE, with {@link #arguments} for its {@code ?}. */
  String where(TableKey key) {
    return key.inRange(range);
  }

  Object[] arguments() {
    return TableKey.rangeArguments(range).toArray();
  }
}

package dev.sluice.backfill;

import dev.sluice.migration.Migration;
import dev.sluice.postgres.Key;
import java.util.List;

/** The change was applied to rows and the guard still holds for them. Comes again: not retried. */
public final class UnchangedRowsException extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final int KEYS_SHOWN = 10;

  UnchangedRowsException(Migration migration, List<Key> keys, int count) {
    super(
        "%s: %d rows of %s are still under the guard '%s' after the change, like key %s. "
                .formatted(
                    migration.id(),
                    count,
                    migration.table(),
                    migration.guard().strip(),
                    keys.stream().limit(KEYS_SHOWN).toList())
            + "The change gives them no value that ends the guard, NULL perhaps. "
            + "Correct the expression, or exclude these rows in where:.");
  }
}

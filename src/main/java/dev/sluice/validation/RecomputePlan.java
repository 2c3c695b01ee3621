package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import org.jspecify.annotations.Nullable;

/**
 * How one written column is compared.
 *
 * @param skipped why it is not compared; null: it is
 * @param expression of {@code set:} the SQL that computes it again, ready for JDBC; else empty
 * @param overOldRow over the row as it was before the run, not as it is now
 * @param remark what to know about its differences; may be empty
 */
record RecomputePlan(
    Identifier column,
    @Nullable String skipped,
    String expression,
    boolean overOldRow,
    String remark) {

  static RecomputePlan skip(Identifier column, String why) {
    return new RecomputePlan(column, why, "", false, "");
  }

  /** As the certificate calls it. */
  String name() {
    return "recompute " + column;
  }
}

package dev.sluice.migration;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What keeps rows right that the application writes while the old shape and the new one are both in
 * use: from expand until cleanup or rollback.
 */
public sealed interface Sync {

  /**
   * {@code sync: none}: the application writes both shapes, or none of the rows under the guard.
   */
  record None() implements Sync {}

  /**
   * {@code sync: trigger}: a trigger computes the written columns in the application's own
   * statement; for {@code set:} without other tables.
   *
   * @param reverse old column to expression over the new ones, for code that writes only those;
   *     empty: there is no such code yet
   * @param idempotent the definition's word that an expression which reads a column it writes gives
   *     the same value when it is applied to its own result
   */
  record Trigger(Map<Identifier, String> reverse, boolean idempotent) implements Sync {
    public Trigger {
      reverse = Collections.unmodifiableMap(new LinkedHashMap<>(reverse));
    }
  }

  /**
   * {@code sync: capture}: a trigger notes the keys of rows that change, and sweeps, later runs
   * too, compute them again.
   */
  record Capture() implements Sync {}
}

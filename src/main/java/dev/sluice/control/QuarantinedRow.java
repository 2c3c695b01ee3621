package dev.sluice.control;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import java.time.Instant;

/**
 * A row that was set aside.
 *
 * @param foundAt when it first failed
 * @param tries how often it was tried
 */
public record QuarantinedRow(Key key, RowFault fault, Instant foundAt, int tries) {

  /** {@code key 7: division by zero (…) [22012]}. */
  public String text() {
    return "key %s: %s".formatted(key, fault);
  }
}

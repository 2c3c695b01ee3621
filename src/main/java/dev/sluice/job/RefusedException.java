package dev.sluice.job;

import dev.sluice.migration.MigrationId;
import java.util.List;

/** Preflight found what cannot end well. Nothing was touched. */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RefusedException(MigrationId id, List<String> reasons) {
    super(
        reasons.stream()
            .map(reason -> id + ": " + reason)
            .reduce((a, b) -> a + "\n" + b)
            .orElse(""));
  }
}

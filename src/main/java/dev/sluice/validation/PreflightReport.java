package dev.sluice.validation;

import dev.sluice.migration.MigrationId;
import java.util.List;

/**
 * What a preflight found.
 *
 * @param refusals why the migration must not run, each with the way out; empty: it may
 * @param notes what the run will set off, to be shown before it
 */
public record PreflightReport(List<String> refusals, List<String> notes) {

  public PreflightReport {
    refusals = List.copyOf(refusals);
    notes = List.copyOf(notes);
  }

  public boolean isRefused() {
    return !refusals.isEmpty();
  }

  /**
   * Goes on only if nothing was refused.
   *
   * @throws RefusedException with all refusals, one a line
   */
  public void orThrow(MigrationId id) {
    if (isRefused()) {
      throw new RefusedException(id, refusals);
    }
  }
}

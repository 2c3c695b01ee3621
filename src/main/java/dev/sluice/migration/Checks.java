package dev.sluice.migration;

import java.util.List;

/**
 * The definition's checks.
 *
 * @param before run by preflight; one that fails refuses the run
 * @param after run by verify; one that fails ends the run as failed verification
 * @param distribution columns whose ten most frequent values verify reports
 */
public record Checks(List<Check> before, List<Check> after, List<Identifier> distribution) {

  public static final Checks NONE = new Checks(List.of(), List.of(), List.of());

  public Checks {
    before = List.copyOf(before);
    after = List.copyOf(after);
    distribution = List.copyOf(distribution);
  }
}

package dev.sluice.versions;

import dev.sluice.job.Outcome;
import dev.sluice.job.RunResult;
import java.util.List;

/**
 * What a way up or down did.
 *
 * @param outcome of the last migration, which ended the way if it did not succeed
 * @param results of each migration that was launched, in order
 * @param message one line: how far it came
 */
public record Walk(Outcome outcome, List<RunResult> results, String message) {
  public Walk {
    results = List.copyOf(results);
  }
}

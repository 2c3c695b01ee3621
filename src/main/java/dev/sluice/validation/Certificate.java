package dev.sluice.validation;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one verification found.
 *
 * @param verifiedAt when it began, to the microsecond
 * @param endedAt null: an older program did not note it
 */
public record Certificate(Instant verifiedAt, @Nullable Instant endedAt, List<Result> results) {

  /**
   * The outcome of one check.
   *
   * @param detail facts for an operator; a row's key, never its content, except in a distribution
   */
  public record Result(String name, boolean passed, String detail) {}

  public Certificate {
    results = List.copyOf(results);
  }

  /** Whether every check passed. */
  public boolean passed() {
    return results.stream().allMatch(Result::passed);
  }
}

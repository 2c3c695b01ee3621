package dev.sluice.validation;

import dev.sluice.migration.MigrationId;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A preflight or a verification refuses the migration: exit code 3. This launch changed nothing,
 * and a retry changes nothing.
 */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RefusedException(MigrationId id, List<String> refusals) {
    super(
        refusals.stream()
            .map(refusal -> id + ": " + refusal)
            .collect(Collectors.joining(System.lineSeparator())));
  }
}

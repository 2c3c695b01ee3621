package dev.sluice.job;

import dev.sluice.migration.MigrationId;
import dev.sluice.validation.Certificate;
import java.util.stream.Collectors;

/** The rows are done, and a check says that they are not right. */
public final class VerificationFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  VerificationFailedException(MigrationId id, Certificate certificate) {
    super(describe(id, certificate));
  }

  /** The checks that failed, and the ways on. */
  static String describe(MigrationId id, Certificate certificate) {
    String failed =
        certificate.results().stream()
            .filter(result -> !result.passed())
            .map(
                result ->
                    "%s: verification failed: %s %s".formatted(id, result.name(), result.detail()))
            .collect(Collectors.joining("\n"));
    return failed + "\nCorrect the rows or the definition, and verify again.";
  }
}

package dev.sluice.job;

import dev.sluice.migration.CodeMigration;
import dev.sluice.schema.CodeRunner;
import dev.sluice.validation.Certificate;
import dev.sluice.validation.Certificates;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What a migration's own code says of its result. */
final class CodeChecks {

  private static final String NAME = "validate";

  private final JobEnvironment environment;
  private final CodeMigration migration;
  private final CodeRunner.Question validate;

  CodeChecks(JobEnvironment environment, CodeMigration migration, CodeRunner.Question validate) {
    this.environment = environment;
    this.migration = migration;
    this.validate = validate;
  }

  /** Asks it and stores the certificate, whether it passed or not. */
  Certificate certificate(long run) {
    Instant verifiedAt = now();
    CodeRunner runner = new CodeRunner(environment.dataSource(), duration -> {}, jdbc -> {});
    CodeRunner.Answer answer = runner.ask(validate);
    Certificate certificate =
        new Certificate(
            verifiedAt,
            now(),
            List.of(new Certificate.Result(NAME, answer.yes(), answer.detail())));
    new Certificates(environment.dataSource()).save(migration.id(), run, certificate);
    return certificate;
  }

  private Instant now() {
    return environment.clock().instant().truncatedTo(ChronoUnit.MICROS);
  }

  /**
   * @throws VerificationFailedException if it says no
   */
  void verify(long run) {
    Certificate certificate = certificate(run);
    if (!certificate.passed()) {
      throw new VerificationFailedException(migration.id(), certificate);
    }
  }
}

package dev.sluice.library;

import dev.sluice.definition.CodeDefinition;
import dev.sluice.definition.DefinitionException;
import dev.sluice.definition.Problem;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationCode;
import dev.sluice.migration.CodeMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.Tuning;
import dev.sluice.schema.CodeRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a migration that is code, one transaction each way. Not safe for concurrent use.
 *
 * <p>The code gets Spring's {@link org.springframework.jdbc.core.JdbcOperations} on the connection
 * of its transaction, and must do everything through it: what it writes by other means is neither
 * rolled back with it nor done once. It must not commit. It waits at most 0.45 s for a lock, or 1.5
 * s for an autovacuum that is in the way, each of its statements and each silence between two of
 * them has the {@link #timeLimit}, and after a failure that may pass, such as a lock that it did
 * not get, it runs again from its beginning, in a new transaction. So it must keep nothing in
 * memory from one time to the next.
 */
public final class TransactionMigrationBuilder {

  private final MigrationId id;
  private final String description;
  private List<MigrationId> dependsOn = List.of();
  private @Nullable String version;
  private CodeRunner.@Nullable Work up;
  private CodeRunner.@Nullable Work down;
  private CodeRunner.@Nullable Question validate;
  private @Nullable String irreversible;
  private Duration timeLimit = CodeMigration.TIME_LIMIT_DEFAULT;
  private OnFailure onFailure = OnFailure.STOP;

  TransactionMigrationBuilder(MigrationId id, String description) {
    this.id = id;
    this.description = description;
  }

  /**
   * Stands for the code in the checksum, which no program can compare: an applied migration whose
   * version changes is refused. Required.
   */
  public TransactionMigrationBuilder version(String newVersion) {
    version = newVersion;
    return this;
  }

  /** The way forth. Required. */
  public TransactionMigrationBuilder up(CodeRunner.Work work) {
    up = work;
    return this;
  }

  /** The way back. This or {@link #irreversible} is required. */
  public TransactionMigrationBuilder down(CodeRunner.Work work) {
    down = work;
    return this;
  }

  /**
   * It cannot be taken back.
   *
   * @param reason shown before every run
   */
  public TransactionMigrationBuilder irreversible(String reason) {
    irreversible = reason;
    return this;
  }

  /**
   * Asked after {@link #up} has committed, and by {@code verify}, in a transaction that cannot
   * write. False, or an exception: the run ends as failed verification.
   */
  public TransactionMigrationBuilder validate(CodeRunner.Question question) {
    validate = question;
    return this;
  }

  /** For each statement and each silence, 100 ms to 10 min; 5 s if it is not given. */
  public TransactionMigrationBuilder timeLimit(Duration limit) {
    timeLimit = limit;
    return this;
  }

  /** A run that has failed for good is taken back at once. */
  public TransactionMigrationBuilder rollbackOnFailure() {
    onFailure = OnFailure.ROLLBACK;
    return this;
  }

  /** What must be applied before it: ids of files or of code. */
  public TransactionMigrationBuilder dependsOn(String... ids) {
    dependsOn = List.of(ids).stream().map(MigrationId::new).toList();
    return this;
  }

  /**
   * The migration, valid in itself.
   *
   * @throws DefinitionException with all its problems
   */
  public LoadedMigration build() {
    List<String> problems = problems();
    if (up == null || version == null || !problems.isEmpty()) {
      throw new DefinitionException(
          problems.stream()
              .map(problem -> new Problem(CodeDefinition.place(id), 0, 0, problem))
              .toList());
    }
    return new LoadedMigration(
        new CodeMigration(
            id,
            description,
            CodeDefinition.checksum(id, version),
            dependsOn,
            irreversible,
            timeLimit,
            onFailure,
            Tuning.DEFAULT.withWorkers(1)),
        null,
        new MigrationCode(up, down, validate));
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (description.isBlank()) {
      problems.add("description is missing: one line that says what the migration does.");
    }
    if (version == null || version.isBlank()) {
      problems.add("version is missing: it stands for the code in the checksum.");
    }
    if (up == null) {
      problems.add("up is missing: the code of the way forth.");
    }
    if (down == null && irreversible == null) {
      problems.add("down is missing: the code of the way back, or 'irreversible' with the reason.");
    }
    if (down != null && irreversible != null) {
      problems.add("down and irreversible are both given; one of them is true.");
    }
    if (onFailure == OnFailure.ROLLBACK && down == null) {
      problems.add("rollbackOnFailure needs a down.");
    }
    if (timeLimit.compareTo(CodeMigration.TIME_LIMIT_MIN) < 0
        || timeLimit.compareTo(CodeMigration.TIME_LIMIT_MAX) > 0) {
      problems.add(
          "timeLimit must be %d ms to %d min, got %d ms."
              .formatted(
                  CodeMigration.TIME_LIMIT_MIN.toMillis(),
                  CodeMigration.TIME_LIMIT_MAX.toMinutes(),
                  timeLimit.toMillis()));
    }
    return problems;
  }
}

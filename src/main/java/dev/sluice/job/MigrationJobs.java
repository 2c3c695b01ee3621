package dev.sluice.job;

import dev.sluice.control.CapturedEntries;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.CodeMigration;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.migration.SchemaMigration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which job does what for which kind of migration. */
final class MigrationJobs {

  private final JobEnvironment environment;

  MigrationJobs(JobEnvironment environment) {
    this.environment = environment;
  }

  MigrationJob forward(LoadedMigration loaded) {
    Migration migration = loaded.migration();
    if (migration instanceof DataMigration data) {
      return new DataForwardJob(environment, data, loaded.transformer());
    }
    if (migration instanceof SchemaMigration schema) {
      return new SchemaForwardJob(environment, schema);
    }
    if (migration instanceof CodeMigration code) {
      return new CodeForwardJob(environment, code, Objects.requireNonNull(loaded.code()));
    }
    throw unknown(migration);
  }

  /**
   * Empty: the migration has no {@code sync: capture}, and had none. Changes may wait though the
   * definition no longer asks for it; a cleanup would refuse for ever.
   */
  Optional<MigrationJob> catchUp(LoadedMigration loaded) {
    return loaded.migration() instanceof DataMigration data
            && (CaptureLogs.isKept(data)
                || new CapturedEntries(environment.jdbc()).isKept(data.id()))
        ? Optional.of(new CatchUpJob(environment, data, loaded.transformer(), forward(loaded)))
        : Optional.empty();
  }

  /**
   * @param discardChanges whether values that the application wrote may go with their columns
   * @param stop obeyed also before the job is launched
   */
  RollbackJob rollback(LoadedMigration loaded, boolean discardChanges, StopSignal stop) {
    Migration migration = loaded.migration();
    if (migration instanceof DataMigration data) {
      return new DataRollbackJob(environment, data, loaded.transformer(), discardChanges, stop);
    }
    if (migration instanceof SchemaMigration schema) {
      return new SchemaRollbackJob(environment, schema);
    }
    if (migration instanceof CodeMigration code) {
      return new CodeRollbackJob(environment, code, Objects.requireNonNull(loaded.code()));
    }
    throw unknown(migration);
  }

  /**
   * @param confirmed the id that the operator has repeated; null: none
   */
  MigrationJob cleanup(
      LoadedMigration loaded, @Nullable String confirmed, CleanupPreflight preflight) {
    return new CleanupJob(environment, loaded.migration(), preflight, confirmed);
  }

  private static IllegalStateException unknown(Migration migration) {
    return new IllegalStateException("no job for " + migration);
  }
}

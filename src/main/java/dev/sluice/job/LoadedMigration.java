package dev.sluice.job;

import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Tuning;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A migration ready to be launched.
 *
 * @param transformer of a {@code transform:}; null for all others
 * @param code of a {@link dev.sluice.migration.CodeMigration}; null for all others
 */
public record LoadedMigration(
    Migration migration, @Nullable RowTransformer transformer, @Nullable MigrationCode code) {

  public LoadedMigration(Migration migration, @Nullable RowTransformer transformer) {
    this(migration, transformer, null);
  }

  public MigrationId id() {
    return migration.id();
  }

  LoadedMigration tuned(UnaryOperator<Tuning> tuning) {
    return new LoadedMigration(
        migration.withTuning(tuning.apply(migration.tuning())), transformer, code);
  }
}

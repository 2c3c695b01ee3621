package dev.sluice.cli;

import dev.sluice.definition.MigrationFolders;
import dev.sluice.definition.TransformLoader;
import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.RowTransformer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the migrations are, and what their transforms may use. */
final class DefinitionOptions {

  @Option(
      names = "--jobs",
      paramLabel = "DIR",
      defaultValue = "jobs",
      description = "directory of the migrations (default: ${DEFAULT-VALUE})")
  Path jobs = Path.of("jobs");

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      defaultValue = "plugins",
      description = "directory of jars that transforms come from (default: ${DEFAULT-VALUE})")
  Path plugins = Path.of("plugins");

  MigrationFolders folders() {
    return new MigrationFolders(jobs);
  }

  /**
   * @throws ErrorReport.UsageException if {@code id} is no migration's id, or has SQL files only
   */
  DataMigration load(String id) {
    if (folders().load(id(id)) instanceof DataMigration migration) {
      return migration;
    }
    throw new ErrorReport.UsageException(id + " has SQL files only: running it is not built yet.");
  }

  static MigrationId id(String id) {
    if (!MigrationId.isValid(id)) {
      throw new ErrorReport.UsageException(MigrationId.whyInvalid(id));
    }
    return new MigrationId(id);
  }

  /** The migration's transform, compiled if it is a source file; null for changes without one. */
  @Nullable RowTransformer transformer(DataMigration migration) {
    return migration.change() instanceof Change.Transform
        ? new TransformLoader(plugins).load(migration)
        : null;
  }
}

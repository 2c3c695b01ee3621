package dev.sluice.cli;

import dev.sluice.job.FolderMigrations;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.Migrations;
import dev.sluice.migration.MigrationId;
import java.nio.file.Files;
import java.nio.file.Path;
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

  Migrations migrations() {
    return new FolderMigrations(jobs, plugins);
  }

  /**
   * @throws ErrorReport.UsageException if {@code id} is no migration's id
   */
  LoadedMigration load(String id) {
    return migrations().load(id(id));
  }

  /** Whether there are files of it, right or wrong. */
  boolean exists(String id) {
    return Files.exists(jobs.resolve(id)) || Files.exists(jobs.resolve(id + ".up.sql"));
  }

  static MigrationId id(String id) {
    if (!MigrationId.isValid(id)) {
      throw new ErrorReport.UsageException(MigrationId.whyInvalid(id));
    }
    return new MigrationId(id);
  }
}

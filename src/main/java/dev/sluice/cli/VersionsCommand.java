package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.Migrations;
import dev.sluice.migration.MigrationId;
import dev.sluice.versions.VersionList;
import dev.sluice.versions.Versions;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.context.ConfigurableApplicationContext;

/** A command that works on all migrations of the directory. */
abstract class VersionsCommand extends DatabaseCommand {

  private List<LoadedMigration> all = List.of();

  @Override
  void prepare() {
    all = definitions.migrations().loadAll();
  }

  /** All of them as they were when the command began. */
  final List<LoadedMigration> all() {
    return all;
  }

  abstract int execute(Versions versions, DataSource dataSource);

  @Override
  final int execute(ConfigurableApplicationContext context, StopSignal stop) {
    DataSource dataSource = context.getBean(DataSource.class);
    MigrationRunner runner = context.getBean(MigrationRunner.class);
    return execute(new Versions(dataSource, runner, Migrations.of(all), stop), dataSource);
  }

  /**
   * The migration of that id or number.
   *
   * @throws ErrorReport.UsageException if neither the files nor the ledger know it
   */
  static MigrationId known(VersionList versions, String name) {
    return versions
        .find(name)
        .orElseThrow(() -> new ErrorReport.UsageException(versions.unknown(name)))
        .id();
  }
}

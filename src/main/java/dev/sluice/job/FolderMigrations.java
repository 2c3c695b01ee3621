package dev.sluice.job;

import dev.sluice.definition.MigrationFolders;
import dev.sluice.definition.TransformLoader;
import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import java.nio.file.Path;
import java.util.List;

/** The migrations of a jobs directory. */
public final class FolderMigrations implements Migrations {

  private final MigrationFolders folders;
  private final TransformLoader transforms;

  /**
   * @param plugins directory of jars that transforms come from; it may be missing
   */
  public FolderMigrations(Path jobs, Path plugins) {
    this.folders = new MigrationFolders(jobs);
    this.transforms = new TransformLoader(plugins);
  }

  @Override
  public LoadedMigration load(MigrationId id) {
    return loaded(folders.load(id));
  }

  @Override
  public List<LoadedMigration> loadAll() {
    return folders.loadAll().stream().map(this::loaded).toList();
  }

  private LoadedMigration loaded(Migration migration) {
    boolean transforms =
        migration instanceof DataMigration data && data.change() instanceof Change.Transform;
    return new LoadedMigration(
        migration, transforms ? this.transforms.load((DataMigration) migration) : null);
  }
}

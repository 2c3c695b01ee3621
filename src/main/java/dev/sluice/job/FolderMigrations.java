package dev.sluice.job;

import dev.sluice.definition.MigrationFolders;
import dev.sluice.definition.TransformLoader;
import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The migrations of a jobs directory, and those that an application defines in code. */
public final class FolderMigrations implements Migrations {

  private final MigrationFolders folders;
  private final TransformLoader transforms;
  private final Map<MigrationId, LoadedMigration> inCode;

  /**
   * @param plugins directory of jars that transforms come from; it may be missing
   */
  public FolderMigrations(Path jobs, Path plugins) {
    this(jobs, plugins, List.of());
  }

  /**
   * @param jobs null: there are no files
   */
  public FolderMigrations(@Nullable Path jobs, Path plugins, List<LoadedMigration> inCode) {
    this.folders =
        new MigrationFolders(jobs, inCode.stream().map(LoadedMigration::migration).toList());
    this.transforms = new TransformLoader(plugins);
    this.inCode = new HashMap<>();
    inCode.forEach(migration -> this.inCode.put(migration.id(), migration));
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
    LoadedMigration complete = inCode.get(migration.id());
    if (complete != null) {
      return complete;
    }
    boolean transforms =
        migration instanceof DataMigration data && data.change() instanceof Change.Transform;
    return new LoadedMigration(
        migration, transforms ? this.transforms.load((DataMigration) migration) : null);
  }
}

package dev.sluice.job;

import dev.sluice.migration.MigrationId;
import java.util.List;

/** Where migrations come from: files, code, or both. */
public interface Migrations {

  /**
   * One of them. Others may be broken.
   *
   * @throws dev.sluice.definition.DefinitionException with all its problems, or if there is none
   *     with this id
   */
  LoadedMigration load(MigrationId id);

  /**
   * All of them, in their order.
   *
   * @throws dev.sluice.definition.DefinitionException with all problems of all of them
   */
  List<LoadedMigration> loadAll();

  /** These, as they were read once. */
  static Migrations of(List<LoadedMigration> all) {
    return new Migrations() {
      @Override
      public LoadedMigration load(MigrationId id) {
        return all.stream()
            .filter(migration -> migration.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("there is no migration " + id));
      }

      @Override
      public List<LoadedMigration> loadAll() {
        return all;
      }
    };
  }
}

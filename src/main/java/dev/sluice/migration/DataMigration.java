package dev.sluice.migration;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A migration that changes rows, as its folder declares it, valid in itself; whether it fits the
 * database is for preflight.
 *
 * @param folder where it was read
 * @param checksum hexadecimal SHA-256 over what decides the result: scripts, transform, table, key,
 *     guard, expressions; not over tuning
 * @param dependsOn what must be applied before it, whatever the order of the ids says
 * @param key empty: the primary key
 * @param guard rows that still need work, an SQL condition over the table's columns; null: every
 *     row once, and the undo journal tells which rows are done
 * @param tuning what may change between runs of one migration
 * @param owner null: not given
 */
public record DataMigration(
    MigrationId id,
    String description,
    Path folder,
    String checksum,
    List<MigrationId> dependsOn,
    TableName table,
    List<Identifier> key,
    @Nullable String guard,
    Change change,
    Undo undo,
    Sync sync,
    Tuning tuning,
    Checks checks,
    VerifyPolicy verify,
    OnFailure onFailure,
    CleanupPolicy cleanup,
    Map<Script.Kind, Script> scripts,
    @Nullable String owner)
    implements Migration {

  public DataMigration {
    dependsOn = List.copyOf(dependsOn);
    key = List.copyOf(key);
    scripts = scripts.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(scripts));
  }

  /** The guard, or TRUE if there is none: which rows a run begins with. */
  public String guardOrTrue() {
    return guard == null ? "TRUE" : guard;
  }

  @Override
  public DataMigration withTuning(Tuning newTuning) {
    return new DataMigration(
        id,
        description,
        folder,
        checksum,
        dependsOn,
        table,
        key,
        guard,
        change,
        undo,
        sync,
        newTuning,
        checks,
        verify,
        onFailure,
        cleanup,
        scripts,
        owner);
  }
}

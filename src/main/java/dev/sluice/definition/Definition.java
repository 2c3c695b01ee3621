package dev.sluice.definition;

import static dev.sluice.definition.DefinitionKeys.ROOT;

import dev.sluice.migration.Change;
import dev.sluice.migration.Checks;
import dev.sluice.migration.CleanupPolicy;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.Script;
import dev.sluice.migration.Sync;
import dev.sluice.migration.TableName;
import dev.sluice.migration.Tuning;
import dev.sluice.migration.Undo;
import dev.sluice.migration.VerifyPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@code migration.yaml} says, before the files beside it are known.
 *
 * @param key empty: the primary key
 * @param guard null: none
 * @param owner null: not given
 */
record Definition(
    String description,
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
    @Nullable String owner) {

  /**
   * Reads every key, whatever is wrong with the others.
   *
   * @return null: something essential is wrong, and reported; what is not essential may be reported
   *     beside a result, which then must not be used
   */
  static @Nullable Definition read(Value file) {
    Section root = Section.of(file, ROOT);
    if (!file.isMapping()) {
      return null;
    }
    String description =
        root.required("description", Value::text, "one line that says what the migration does");
    List<MigrationId> dependsOn =
        Objects.requireNonNullElse(
            root.get("depends-on", DependsOnReader::read), List.<MigrationId>of());
    TableName table = root.required("table", Columns::table, "the table whose rows change");
    String guard = root.get("where", Value::sql);
    List<Identifier> key =
        Objects.requireNonNullElse(root.get("key", Columns::list), List.<Identifier>of());
    Change change = new ChangeReader(root, key).read(file);
    Undo undo = new UndoReader(root).read(root.has("where"), change);
    Sync sync = new SyncReader(root, key).read(root.has("where"), change);
    Tuning tuning = TuningReader.tuning(root, Tuning.DEFAULT);
    Checks checks = new ChecksReader().read(root);
    VerifyPolicy verify = TuningReader.verify(root);
    OnFailure onFailure = TuningReader.onFailure(root, undo);
    CleanupPolicy cleanup = TuningReader.cleanup(root);
    String owner = root.get("owner", Value::text);
    if (description == null || table == null || change == null) {
      return null;
    }
    return new Definition(
        description,
        dependsOn,
        table,
        key,
        guard,
        change,
        undo,
        sync,
        tuning,
        checks,
        verify,
        onFailure,
        cleanup,
        owner);
  }

  /** With what stands beside the file. */
  DataMigration migration(
      MigrationId id, Path folder, String checksum, Map<Script.Kind, Script> scripts) {
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
        tuning,
        checks,
        verify,
        onFailure,
        cleanup,
        scripts,
        owner);
  }
}

package dev.sluice.migration;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A migration that has SQL files only: a folder without {@code migration.yaml}, or flat files that
 * another tool began with.
 *
 * @param place the folder, or the first of the flat files
 * @param scripts at least one that goes up; flat ones are {@link Script.Kind#UP} and {@link
 *     Script.Kind#DOWN}, and stand alone
 */
public record SchemaMigration(
    MigrationId id,
    String description,
    Path place,
    String checksum,
    List<MigrationId> dependsOn,
    Map<Script.Kind, Script> scripts,
    Tuning tuning)
    implements Migration {

  public SchemaMigration {
    dependsOn = List.copyOf(dependsOn);
    if (scripts.keySet().stream().allMatch(Script.Kind::isDown)) {
      throw new IllegalArgumentException(id + " has no script that goes up");
    }
    scripts = Collections.unmodifiableMap(new EnumMap<>(scripts));
  }

  /** Whether it is of another tool's form: its files run as they are. */
  public boolean isFlat() {
    return scripts.containsKey(Script.Kind.UP);
  }

  @Override
  public SchemaMigration withTuning(Tuning newTuning) {
    return new SchemaMigration(id, description, place, checksum, dependsOn, scripts, newTuning);
  }
}

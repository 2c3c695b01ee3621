package dev.sluice.migration;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One numbered change of a database, of any kind. */
public sealed interface Migration permits DataMigration, SchemaMigration, CodeMigration {

  MigrationId id();

  /** One line that says what it does. */
  String description();

  /** Hexadecimal SHA-256 over what decides the result; not over tuning. */
  String checksum();

  /** What must be applied before it, whatever the order of the ids says. */
  List<MigrationId> dependsOn();

  Map<Script.Kind, Script> scripts();

  /** What follows when a run of it has failed for good. */
  default OnFailure onFailure() {
    return OnFailure.STOP;
  }

  Tuning tuning();

  Migration withTuning(Tuning newTuning);

  default Optional<Script> script(Script.Kind kind) {
    return Optional.ofNullable(scripts().get(kind));
  }
}

package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import java.util.List;

/**
 * One file being run.
 *
 * @param steps all of the file
 */
record ScriptRun(MigrationId id, Script script, List<Step> steps) {

  ScriptRun {
    steps = List.copyOf(steps);
  }

  /** How logs name a step: {@code expand.up.sql:12}. */
  String place(Step step) {
    return script.kind().fileName() + ":" + step.line();
  }
}

package dev.sluice.job;

import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptReader;
import dev.sluice.validation.RefusedException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the files of a migration that has nothing else, before the first of them runs. */
final class SchemaPreflight {

  private static final Logger log = LoggerFactory.getLogger(SchemaPreflight.class);

  private final SchemaMigration migration;

  SchemaPreflight(SchemaMigration migration) {
    this.migration = migration;
  }

  /** The files that a run runs, in their order. */
  List<Script> wayForth() {
    return present(Script.Kind.UP, Script.Kind.EXPAND_UP, Script.Kind.CONSTRAIN_UP);
  }

  /** The files that a rollback runs, in their order. */
  List<Script> wayBack() {
    return present(Script.Kind.DOWN, Script.Kind.CONSTRAIN_DOWN, Script.Kind.EXPAND_DOWN);
  }

  /** The files of a run that none of the others takes back. */
  List<Script> withoutWayBack() {
    return wayForth().stream()
        .filter(up -> migration.script(up.kind().opposite()).isEmpty())
        .toList();
  }

  private List<Script> present(Script.Kind... kinds) {
    return Stream.of(kinds).map(migration::script).flatMap(Optional::stream).toList();
  }

  /** What is wrong with the files, as far as it shows without a database. */
  static List<String> problems(Collection<Script> scripts) {
    return scripts.stream()
        .flatMap(script -> ScriptReader.check(script).stream())
        .map(Object::toString)
        .toList();
  }

  /** What an operator should know of the files that are to run, and of which none is refused. */
  static List<String> notes(Collection<Script> scripts) {
    return scripts.stream()
        .flatMap(script -> ScriptReader.notes(script).stream())
        .map(Object::toString)
        .toList();
  }

  /**
   * Refuses for any of the files: what could not be taken back is known before it is done.
   *
   * @param toRun those that follow now: their notes are told first
   */
  void requireRunnable(Collection<Script> toRun) {
    List<String> refusals = problems(migration.scripts().values());
    if (!refusals.isEmpty()) {
      throw new RefusedException(migration.id(), refusals);
    }
    notes(toRun).forEach(note -> log.info("preflight.note migration={} {}", migration.id(), note));
  }
}

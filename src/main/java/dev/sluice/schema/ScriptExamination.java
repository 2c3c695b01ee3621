package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptResult.Executed;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** Compares a file with what its row of {@code sluice.script} and the catalog say. */
final class ScriptExamination {

  private final JdbcOperations jdbc;

  ScriptExamination(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  ScriptState of(MigrationId id, Script script) {
    List<Step> steps = Plan.of(script).steps();
    List<String> indexes = invalidIndexes(script);
    Optional<ScriptProgress.State> found = new ScriptProgress(jdbc, id, script.kind()).find();
    if (found.isEmpty()) {
      return new ScriptState(List.of(), steps.size(), false, null, false, indexes);
    }
    ScriptProgress.State state = found.get();
    List<Step> applied = steps.subList(0, Math.min(state.done(), steps.size()));
    boolean changed =
        applied.size() < state.done() || !ScriptProgress.digest(applied).equals(state.digest());
    return new ScriptState(
        applied.stream().map(ScriptExamination::shown).toList(),
        steps.size(),
        state.completed(),
        attempting(steps, state),
        changed,
        indexes);
  }

  private static @Nullable Executed attempting(List<Step> steps, ScriptProgress.State state) {
    if (state.attempting() == null) {
      return null;
    }
    return steps.stream()
        .skip(state.done())
        .filter(step -> ScriptProgress.digest(List.of(step)).equals(state.attempting()))
        .findFirst()
        .map(ScriptExamination::shown)
        .orElse(new Executed(0, "a statement that is not in the file any more"));
  }

  private static Executed shown(Step step) {
    return new Executed(step.line(), step.summary());
  }

  /**
   * REINDEX leaves its own under another name, so the names of tables count too. On the parent of
   * partitions an index is invalid until all of them have it, which is no leftover.
   */
  private List<String> invalidIndexes(Script script) {
    String names =
        ScriptReader.names(script).stream()
            .map(Identifier::value)
            .filter(name -> name.indexOf('\n') < 0)
            .collect(Collectors.joining("\n"));
    return jdbc.queryForList(
        """
        SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT i.indisvalid
          AND c.relkind = 'i'
          AND (c.relname = ANY (string_to_array(?, chr(10)))
               OR t.relname = ANY (string_to_array(?, chr(10))))
        ORDER BY 1
        """,
        String.class, names, names);
  }
}

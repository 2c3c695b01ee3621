package dev.sluice.schema;

import dev.sluice.schema.ScriptResult.Executed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a file got, as the database says.
 *
 * @param applied its statements that are applied, in order; where a file is run in another form,
 *     the statements of that
 * @param total of all its statements
 * @param completed whether a run of it has ended; then none is left, whatever the file says now
 * @param attempting a statement outside a transaction whose last attempt had no answer, or that
 *     commits by itself: it, or a part of it, may have happened; null: none
 * @param changed whether the applied statements read differently now: {@code applied} is then only
 *     as good as the file
 * @param invalidIndexes of the script's names, or on tables that it names, schema-qualified: what a
 *     failed attempt CONCURRENTLY has left
 */
public record ScriptState(
    List<Executed> applied,
    int total,
    boolean completed,
    @Nullable Executed attempting,
    boolean changed,
    List<String> invalidIndexes) {

  public ScriptState {
    applied = List.copyOf(applied);
    invalidIndexes = List.copyOf(invalidIndexes);
  }

  /** Whether a part of the file is applied, or may be, and not all of it. */
  public boolean isHalfApplied() {
    return !completed && (!applied.isEmpty() || attempting != null);
  }
}

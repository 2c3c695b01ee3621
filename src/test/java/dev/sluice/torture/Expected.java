package dev.sluice.torture;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the model knows of a row.
 *
 * @param state as of the last look, with all that the application has committed since
 * @param due whether the migration has still to come, or has come since that look: then the row may
 *     hold either state, and must hold the migrated one in the end
 * @param old what a rollback puts into the new columns; null: they hold what the application wrote,
 *     and a rollback leaves them
 */
record Expected(RowState state, boolean due, @Nullable NewValues old) {

  /** The application has written the new columns, or nobody has. */
  static Expected byApplication(RowState state) {
    return new Expected(state, state.isUnderGuard(), null);
  }

  /** The new columns hold what the migration makes of the old one from now on. */
  Expected filled(RowState after) {
    return new Expected(after, false, Objects.requireNonNullElse(old, state.values()));
  }

  private List<Expected> possible() {
    // done comes first: where the row held the right values before, nothing tells the two apart
    return due ? List.of(filled(state.migrated()), this) : List.of(this);
  }

  /**
   * Looks at a row.
   *
   * @param done what the application did to it since the look before
   * @return what is known now; empty if the row holds what it must not
   */
  Optional<Expected> look(RowState actual, SyncRule rule, UnaryOperator<Expected> done) {
    return possible().stream()
        .map(done)
        .map(expected -> rule.writesOnce() ? expected : expected.withOurs(actual.ours()))
        .filter(expected -> expected.state().equals(actual))
        .findFirst();
  }

  private Expected withOurs(int ours) {
    return new Expected(new RowState(state.source(), state.note(), state.values(), ours), due, old);
  }
}

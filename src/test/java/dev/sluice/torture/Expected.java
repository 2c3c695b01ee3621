package dev.sluice.torture;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What the model knows of a row.
 *
 * @param state as of the last look, with all that the application has committed since
 * @param due whether the migration has still to come, or has come since that look: then the row may
 *     hold either state, and must hold the migrated one in the end
 */
record Expected(RowState state, boolean due) {

  static Expected settled(RowState state) {
    return new Expected(state, false);
  }

  /** The same, under the guard or not. */
  static Expected byGuard(RowState state) {
    return new Expected(state, state.isUnderGuard());
  }

  private List<Expected> possible() {
    return due ? List.of(this, settled(state.migrated())) : List.of(this);
  }

  /**
   * Looks at a row.
   *
   * @param done what the application did to it since the look before
   * @return what is known now; empty if the row holds what it must not
   */
  Optional<Expected> look(RowState actual, UnaryOperator<Expected> done) {
    return possible().stream()
        .map(done)
        .filter(expected -> expected.state().equals(actual))
        .findFirst();
  }
}

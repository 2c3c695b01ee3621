package dev.sluice.migration;

/** How the migration is taken back. */
public sealed interface Undo {

  /** The definition is silent. The journal that would decide it is not built yet. */
  record Undecided() implements Undo {}

  /**
   * {@code undo: none}: it cannot be taken back.
   *
   * @param reason the definition's {@code irreversible}, shown before every run
   */
  record None(String reason) implements Undo {}
}

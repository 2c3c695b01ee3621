package dev.sluice.validation;

import dev.sluice.migration.Undo;

/** Whatever cannot be taken back says so before it runs. */
final class UndoNotes implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    Undo undo = subject.migration().undo();
    if (undo instanceof Undo.None none) {
      findings.note("this run cannot be taken back: %s".formatted(none.reason()));
    }
  }
}

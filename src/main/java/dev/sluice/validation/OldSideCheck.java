package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.ExpressionFacts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The old side stays until a later cleanup. A {@code set} that gives a column the same value in
 * every row, while another of its expressions reads that column, takes the old side away in the
 * very update: nobody could compute the new values again to prove them.
 *
 * <p>With a journal that is a note, because the old values stand there. Without one it is refused.
 */
final class OldSideCheck {

  private final Change.SetExpressions set;
  private final Undo undo;
  private final Map<Identifier, ExpressionFacts> facts = new LinkedHashMap<>();

  OldSideCheck(Change.SetExpressions set, Undo undo) {
    this.set = set;
    this.undo = undo;
  }

  void check(Subject subject, List<Identifier> missing, Findings findings) {
    set.expressions()
        .forEach(
            (column, expression) -> {
              if (!missing.contains(column)) {
                ExpressionNotes.facts(subject.inspection(), subject.table().name(), expression)
                    .ifPresent(found -> facts.put(column, found));
              }
            });
    facts.forEach(
        (column, found) -> {
          List<Identifier> readers = readers(column);
          if (found.sourceColumns().isEmpty() && !readers.isEmpty()) {
            tell(column, readers, findings);
          }
        });
  }

  private List<Identifier> readers(Identifier column) {
    return facts.entrySet().stream()
        .filter(entry -> entry.getValue().sourceColumns().contains(column))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void tell(Identifier column, List<Identifier> readers, Findings findings) {
    String what =
        "set.%s gives the column the same value in every row, and set.%s reads it: "
            .formatted(column, readers.get(0));
    if (undo instanceof Undo.None) {
      findings.refuse(
          what
              + ("with 'undo: none' nothing would keep what it held, and nothing could prove the"
                      + " values of '%s'. Leave it to cleanup.up.sql or to a later migration, or"
                      + " take 'undo: journal'.")
                  .formatted(readers.get(0)));
    } else if (!(undo instanceof Undo.Inverse)) {
      findings.note(
          what
              + ("what it held stands in the undo journal alone from then on, until 'cleanup' drops"
                      + " that, and verify cannot compute '%s' from it.")
                  .formatted(readers.get(0)));
    }
  }
}

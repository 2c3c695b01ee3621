package dev.sluice.definition;

import static dev.sluice.definition.DefinitionKeys.ROOT;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.NearestName;
import dev.sluice.migration.Undo;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the migration is taken back, and whether that fits what it does. */
final class UndoReader {

  private static final List<String> WORDS = List.of("journal", "schema", "none");

  private final Section root;

  UndoReader(Section root) {
    this.root = root;
  }

  /**
   * @param guarded whether the definition has a guard
   * @param change null: wrong, and reported
   */
  Undo read(boolean guarded, @Nullable Change change) {
    Undo undo = root.get("undo").map(value -> read(value, change)).orElseGet(Undo.Undecided::new);
    checkReason(undo);
    if (!guarded && !(undo instanceof Undo.Undecided) && !(undo instanceof Undo.Journal)) {
      root.get("undo")
          .ifPresent(
              value ->
                  value.problem(
                      "without a guard (where:) the undo journal tells which rows are done; write"
                          + " 'undo: journal', or add a guard."));
    }
    return undo;
  }

  private Undo read(Value value, @Nullable Change change) {
    String word = value.scalar();
    if (word == null) {
      Section undo = Section.of(value, ROOT.child("undo").orElseThrow());
      Map<Identifier, String> expressions =
          undo.required(
              "sql",
              sql -> ExpressionsReader.read(sql, (at, column) -> {}),
              "a column and the SQL of its old value");
      if (expressions == null || expressions.isEmpty()) {
        return new Undo.Undecided();
      }
      if (change != null) {
        checkColumns(undo, expressions.keySet(), change.writtenColumns());
      }
      return new Undo.Inverse(expressions);
    }
    return switch (word) {
      case "journal" -> new Undo.Journal();
      case "schema" -> new Undo.Schema();
      case "none" -> new Undo.None(reason());
      default -> {
        value.problem(
            "undo must be journal, schema, none or {sql: …}, got %s%s"
                .formatted(value.found(), NearestName.question(word, WORDS)));
        yield new Undo.Undecided();
      }
    };
  }

  private String reason() {
    String reason = root.get("irreversible", Value::text);
    return reason == null ? "" : reason;
  }

  /** An inverse that leaves a written column out, or writes another, would not restore the row. */
  private static void checkColumns(Section undo, Set<Identifier> given, List<Identifier> written) {
    Set<Identifier> missing = new LinkedHashSet<>(written);
    missing.removeAll(given);
    Set<Identifier> surplus = new LinkedHashSet<>(given);
    written.forEach(surplus::remove);
    undo.get("sql")
        .ifPresent(
            sql -> {
              missing.forEach(
                  column ->
                      sql.problem(
                          "undo.sql has no expression for column '%s', which the migration writes."
                              .formatted(column)));
              surplus.forEach(
                  column ->
                      sql.problem(
                          "undo.sql writes column '%s', which the migration does not write."
                              .formatted(column)));
            });
  }

  private void checkReason(Undo undo) {
    boolean none = undo instanceof Undo.None;
    if (none && !root.has("irreversible")) {
      root.get("undo")
          .ifPresent(
              value ->
                  value.problem(
                      "undo: none needs 'irreversible: reason', which is shown before every run."));
    }
    if (!none && root.has("irreversible")) {
      root.key("irreversible")
          .ifPresent(
              key -> key.problem("irreversible is only for 'undo: none'; add that or remove it."));
    }
  }
}

package dev.sluice.definition;

import static dev.sluice.definition.DefinitionKeys.ROOT;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.NearestName;
import dev.sluice.migration.Sync;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How rows are kept right that the application writes meanwhile, and whether that fits. */
final class SyncReader {

  private static final List<String> WORDS = List.of("none", "trigger", "capture");
  private static final List<String> MODES = List.of("trigger", "capture");

  private final Section root;
  private final List<Identifier> key;

  /**
   * @param key columns that must not be written
   */
  SyncReader(Section root, List<Identifier> key) {
    this.root = root;
    this.key = key;
  }

  /**
   * @param guarded whether the definition has a guard
   * @param change null: wrong, and reported
   */
  Sync read(boolean guarded, @Nullable Change change) {
    Value value = root.get("sync").orElse(null);
    if (value == null) {
      return new Sync.None();
    }
    Sync sync = value.isMapping() ? mapping(value, change) : word(value, value, WORDS);
    if (!(sync instanceof Sync.None) && !guarded) {
      value.problem(
          "sync needs a guard (where:): without one every row is visited once, and rows that are"
              + " inserted meanwhile stay as they are. Add a guard, or remove sync.");
    }
    if (sync instanceof Sync.Trigger && change instanceof Change.Transform) {
      value.problem(
          "sync: trigger is for set, a trigger cannot run a Java transform; write 'sync: capture'.");
    }
    return sync;
  }

  private Sync mapping(Value value, @Nullable Change change) {
    Section section = Section.of(value, ROOT.child("sync").orElseThrow());
    Sync mode = section.required("mode", v -> word(v, v, MODES), "trigger or capture");
    Map<Identifier, String> reverse =
        Objects.requireNonNullElse(
            section.get("reverse", v -> reverse(v, change)), Map.<Identifier, String>of());
    boolean idempotent = section.get("idempotent").map(SyncReader::isTrue).orElse(false);
    if (mode instanceof Sync.Capture) {
      for (String surplus : List.of("reverse", "idempotent")) {
        section
            .key(surplus)
            .ifPresent(at -> at.problem("sync.%s is for mode trigger only.".formatted(surplus)));
      }
    }
    return mode instanceof Sync.Trigger ? new Sync.Trigger(reverse, idempotent) : modeOrNone(mode);
  }

  private static Sync modeOrNone(@Nullable Sync mode) {
    return mode == null ? new Sync.None() : mode;
  }

  private static Sync word(Value value, Value at, List<String> allowed) {
    String word = value.scalar();
    if (word != null && allowed.contains(word)) {
      return switch (word) {
        case "trigger" -> new Sync.Trigger(Map.of(), false);
        case "capture" -> new Sync.Capture();
        default -> new Sync.None();
      };
    }
    at.problem(
        "%s must be one of %s, got %s%s"
            .formatted(
                value.path(),
                String.join(", ", allowed),
                value.found(),
                word == null ? "." : NearestName.question(word, allowed)));
    return new Sync.None();
  }

  private @Nullable Map<Identifier, String> reverse(Value value, @Nullable Change change) {
    return ExpressionsReader.read(
        value,
        (at, column) -> {
          if (key.contains(column)) {
            at.problem(
                "%s writes column '%s', which is in key; a migration must not change its key."
                    .formatted(at.path(), column));
          }
          if (change != null && change.writtenColumns().contains(column)) {
            at.problem(
                "%s writes column '%s', which the migration itself writes; it is for the old columns."
                    .formatted(at.path(), column));
          }
        });
  }

  private static boolean isTrue(Value value) {
    String word = value.plainScalar();
    if (!"true".equals(word) && !"false".equals(word)) {
      value.must("true or false", "Remove it to use false.");
    }
    return "true".equals(word);
  }
}

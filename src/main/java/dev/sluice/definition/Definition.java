package dev.sluice.definition;

import static dev.sluice.definition.DefinitionKeys.ROOT;

import dev.sluice.migration.Change;
import dev.sluice.migration.Checks;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Migration.Tuning;
import dev.sluice.migration.TableName;
import dev.sluice.migration.Undo;
import dev.sluice.migration.VerifyPolicy;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@code migration.yaml} says, before the files beside it are known.
 *
 * @param key empty: the primary key
 * @param owner null: not given
 */
record Definition(
    String description,
    TableName table,
    List<Identifier> key,
    String guard,
    Change change,
    Undo undo,
    Tuning tuning,
    Checks checks,
    VerifyPolicy verify,
    @Nullable String owner) {

  /**
   * Reads every key, whatever is wrong with the others.
   *
   * @return null: something essential is wrong, and reported; what is not essential may be reported
   *     beside a result, which then must not be used
   */
  static @Nullable Definition read(Value file) {
    Section root = Section.of(file, ROOT);
    if (!file.isMapping()) {
      return null;
    }
    String description =
        root.required("description", Value::text, "one line that says what the migration does");
    TableName table = root.required("table", Columns::table, "the table whose rows change");
    String guard =
        root.required(
            "where",
            Value::sql,
            "a migration without a guard is not built yet; write the condition of rows that still"
                + " need work");
    List<Identifier> key =
        Objects.requireNonNullElse(root.get("key", Columns::list), List.<Identifier>of());
    Change change = new ChangeReader(root, key).read(file);
    Undo undo = undo(root);
    Tuning tuning = TuningReader.tuning(root);
    Checks checks = new ChecksReader().read(root);
    VerifyPolicy verify = TuningReader.verify(root);
    String owner = root.get("owner", Value::text);
    if (description == null || table == null || guard == null || change == null) {
      return null;
    }
    return new Definition(
        description, table, key, guard, change, undo, tuning, checks, verify, owner);
  }

  private static Undo undo(Section root) {
    String reason = root.get("irreversible", Value::text);
    boolean none = root.get("undo").isPresent();
    if (none && !root.has("irreversible")) {
      root.get("undo")
          .ifPresent(
              undo ->
                  undo.problem(
                      "undo: none needs 'irreversible: reason', which is shown before every run."));
    }
    if (root.has("irreversible") && !root.has("undo")) {
      root.key("irreversible")
          .ifPresent(
              key -> key.problem("irreversible is only for 'undo: none'; add that or remove it."));
    }
    return none && reason != null ? new Undo.None(reason) : new Undo.Undecided();
  }
}

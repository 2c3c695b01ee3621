package dev.sluice.definition;

import static dev.sluice.definition.DefinitionKeys.ROOT;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import java.util.List;
import java.util.Map;
import javax.lang.model.SourceVersion;
import org.jspecify.annotations.Nullable;

/** What happens to the rows: exactly one of {@code set}, {@code transform} and those to come. */
final class ChangeReader {

  private static final List<String> KINDS = List.of("set", "transform", "copy", "delete", "change");

  private final Section root;
  private final List<Identifier> key;

  /**
   * @param key columns that must not be written: the backfill finds its place by them
   */
  ChangeReader(Section root, List<Identifier> key) {
    this.root = root;
    this.key = key;
  }

  /** Null: wrong, and reported. */
  @Nullable Change read(Value file) {
    List<String> given = KINDS.stream().filter(root::has).toList();
    if (given.isEmpty()) {
      file.problem("set or transform is missing: one of them says what happens to the rows.");
    }
    for (String surplus : given.stream().skip(1).toList()) {
      root.key(surplus)
          .ifPresent(
              value ->
                  value.problem(
                      "%s and %s are both given; a migration does one of %s."
                          .formatted(given.get(0), surplus, String.join(", ", KINDS))));
    }
    Change set = root.get("set", this::set);
    Change transform = root.get("transform", this::transform);
    return set == null ? transform : set;
  }

  private @Nullable Change set(Value value) {
    Map<Identifier, String> expressions = ExpressionsReader.read(value, this::checkNotKey);
    return expressions == null ? null : new Change.SetExpressions(expressions);
  }

  private @Nullable Change transform(Value value) {
    Section transform = Section.of(value, ROOT.child("transform").orElseThrow());
    String className =
        transform.required("class", ChangeReader::className, "the name of a RowTransformer");
    List<Identifier> read =
        transform.required("read", Columns::list, "the columns that the transform reads");
    List<Identifier> write =
        transform.required("write", Columns::list, "the columns that the transform writes");
    if (write != null) {
      transform.get("write").ifPresent(v -> write.forEach(column -> checkNotKey(v, column)));
    }
    if (className == null || read == null || write == null || read.isEmpty() || write.isEmpty()) {
      return null;
    }
    return new Change.Transform(className, read, write);
  }

  private static @Nullable String className(Value value) {
    String name = value.text();
    if (name != null && !SourceVersion.isName(name)) {
      value.must("a Java class name, like NormalizePhone or com.acme.NormalizePhone");
      return null;
    }
    return name;
  }

  private void checkNotKey(Value at, Identifier column) {
    if (key.contains(column)) {
      at.problem(
          "%s writes column '%s', which is in key; a migration must not change its key."
              .formatted(at.path(), column));
    }
  }
}

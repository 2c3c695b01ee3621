package dev.sluice.definition;

import dev.sluice.migration.MigrationId;
import java.util.ArrayList;
import java.util.List;

/** {@code depends-on}: the ids of migrations. Whether they exist is for whoever has them all. */
final class DependsOnReader {

  private DependsOnReader() {}

  /** At least one, none twice; empty: wrong, and reported. */
  static List<MigrationId> read(Value value) {
    List<MigrationId> ids = new ArrayList<>();
    for (Value element : value.list("migration ids, like [0001_base]")) {
      String text = element.text();
      if (text == null) {
        continue;
      }
      if (!MigrationId.isValid(text)) {
        element.problem("%s: %s.".formatted(value.path(), MigrationId.whyInvalid(text)));
      } else if (ids.contains(new MigrationId(text))) {
        element.problem("%s names %s twice.".formatted(value.path(), text));
      } else {
        ids.add(new MigrationId(text));
      }
    }
    return ids;
  }
}

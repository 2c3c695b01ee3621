package dev.sluice.definition;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Tuning;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The flat files of one migration, read as a whole. */
final class FlatMigration {

  private final MigrationId id;
  private final List<FlatFile> files;
  private final Problems problems = new Problems();

  FlatMigration(JobsDirectory.Flat flat) {
    this.id = flat.id();
    this.files = flat.files();
  }

  /**
   * @throws DefinitionException with all problems of the files
   */
  SchemaMigration load() {
    Map<Script.Kind, Script> scripts = new EnumMap<>(Script.Kind.class);
    for (FlatFile file : files) {
      read(file).forEach(script -> scripts.put(script.kind(), script));
    }
    FlatFile first = files.get(0);
    if (first.form() == FlatFile.Form.DOWN) {
      problems.add(
          first.path(), "has no %s that it could take back.".formatted(first.counterpart()));
    }
    problems.throwIfAny();
    return new SchemaMigration(
        id,
        first.description(),
        first.path(),
        Checksum.of(scripts.values()),
        List.of(),
        scripts,
        Tuning.DEFAULT);
  }

  private List<Script> read(FlatFile file) {
    String text = TextFile.read(file.path(), problems);
    if (text == null) {
      return List.of();
    }
    return switch (file.form()) {
      case ANNOTATED -> AnnotatedFile.read(file.path(), text, problems);
      case UP -> half(file, text, Script.Kind.UP);
      case DOWN -> half(file, text, Script.Kind.DOWN);
    };
  }

  /** With an annotated Down in it, a half would run forth and back at once. */
  private List<Script> half(FlatFile file, String text, Script.Kind kind) {
    AnnotatedFile.division(text)
        .ifPresent(
            line ->
                problems.add(
                    file.path(),
                    line.number(),
                    0,
                    "'-- +goose Down' in one half of a pair, which is run whole. Name the file"
                        + " NUMBER_name.sql, or take the part behind it out."));
    return List.of(new Script(kind, file.path(), text));
  }
}

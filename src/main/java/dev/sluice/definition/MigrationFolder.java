package dev.sluice.definition;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.NearestName;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/** One folder, read as a whole: the definition, the scripts and the Java sources beside it. */
final class MigrationFolder {

  static final String DEFINITION_FILE = "migration.yaml";

  private static final List<String> SCRIPT_FILES =
      Arrays.stream(Script.Kind.values())
          .filter(kind -> !kind.isFlat())
          .map(Script.Kind::fileName)
          .toList();

  private final MigrationId id;
  private final Path folder;
  private final Problems problems = new Problems();
  private final Map<Script.Kind, Script> scripts = new EnumMap<>(Script.Kind.class);

  MigrationFolder(MigrationId id, Path folder) {
    this.id = id;
    this.folder = folder;
  }

  /**
   * Reads everything, whatever is wrong in between.
   *
   * @throws DefinitionException with all problems of this folder
   */
  Migration load() {
    List<String> names = fileNames();
    problems.throwIfAny();
    names.forEach(this::readByName);
    checkDownScripts();
    boolean schemaOnly = !names.contains(DEFINITION_FILE);
    return schemaOnly ? schemaMigration(names) : dataMigration();
  }

  private DataMigration dataMigration() {
    Definition definition = definition();
    Map<Path, String> sources =
        definition != null && definition.change() instanceof Change.Transform transform
            ? JavaSources.of(folder, transform, problems)
            : Map.of();
    if (definition == null || problems.any()) {
      throw new DefinitionException(problems.all());
    }
    return definition.migration(
        id, folder, Checksum.of(definition, scripts.values(), sources), scripts);
  }

  private SchemaMigration schemaMigration(List<String> names) {
    names.stream()
        .filter(name -> name.toLowerCase(Locale.ROOT).endsWith(".java"))
        .forEach(
            name ->
                problems.add(
                    folder.resolve(name),
                    "is a transform without a migration.yaml that would use it."));
    boolean goesUp =
        names.contains(Script.Kind.EXPAND_UP.fileName())
            || names.contains(Script.Kind.CONSTRAIN_UP.fileName());
    if (!goesUp && !problems.any()) {
      problems.add(
          folder, "has none of migration.yaml, expand.up.sql, constrain.up.sql: nothing to run.");
    }
    problems.throwIfAny();
    return new SchemaMigration(
        id,
        id.value().substring(id.value().indexOf('_') + 1).replace('_', ' ').strip(),
        folder,
        Checksum.of(scripts.values()),
        List.of(),
        scripts,
        Tuning.DEFAULT);
  }

  private List<String> fileNames() {
    if (!Files.isDirectory(folder)) {
      boolean link = Files.isSymbolicLink(folder);
      problems.add(
          folder,
          link ? "is a symbolic link that leads to no folder." : "is a file, a folder is wanted.");
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      problems.add(folder, "cannot be read: " + TextFile.reason(e) + ".");
      return List.of();
    }
  }

  private void readByName(String name) {
    if (name.startsWith(".")) {
      return;
    }
    Path file = folder.resolve(name);
    String lower = name.toLowerCase(Locale.ROOT);
    Optional<Script.Kind> kind = Script.Kind.ofFileName(name);
    if (kind.isPresent()) {
      String text = TextFile.read(file, problems);
      if (text != null) {
        scripts.put(kind.get(), new Script(kind.get(), file, text));
      }
    } else if (lower.endsWith(".sql")) {
      problems.add(
          file,
          "unknown script%s Allowed: %s."
              .formatted(
                  NearestName.question(lower, SCRIPT_FILES), String.join(", ", SCRIPT_FILES)));
    } else if (isYaml(lower) && !name.equals(DEFINITION_FILE)) {
      problems.add(file, "is not read; the definition's name is %s.".formatted(DEFINITION_FILE));
    }
  }

  private static boolean isYaml(String lowerCaseName) {
    return lowerCaseName.endsWith(".yml") || lowerCaseName.endsWith(".yaml");
  }

  private void checkDownScripts() {
    for (Script script : List.copyOf(scripts.values())) {
      String name = script.kind().fileName();
      String up = name.replace(".down.", ".up.");
      boolean missing = !up.equals(name) && !Files.exists(folder.resolve(up));
      if (missing) {
        problems.add(script.file(), "has no %s that it could take back.".formatted(up));
      }
    }
  }

  private @Nullable Definition definition() {
    Path file = folder.resolve(DEFINITION_FILE);
    String text = TextFile.read(file, problems);
    Node root = text == null ? null : YamlFile.compose(file, text, problems);
    return root == null ? null : Definition.read(new Value(file, "", root, problems));
  }
}

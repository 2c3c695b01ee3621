package dev.sluice.definition;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Migrations that an application defines in code. What is right and wrong is the same as in a file:
 * the keys go through the same reader.
 */
public final class CodeDefinition {

  private static final Path VERSION = Path.of("version");

  private CodeDefinition() {}

  /** How messages call the place of a migration that has no file. */
  public static Path place(MigrationId id) {
    return Path.of(id + " (in code)");
  }

  /**
   * One that changes rows.
   *
   * @param keys those of {@code migration.yaml}, with text, whole numbers, lists and maps as values
   * @param version of a transform's code, which goes into the checksum; null: there is no transform
   * @throws DefinitionException with all its problems
   */
  public static DataMigration ofRows(
      MigrationId id, Map<String, ?> keys, Collection<Script> scripts, @Nullable String version) {
    Path place = place(id);
    Problems problems = new Problems();
    Node root = YamlFile.compose(place, yaml(keys), problems);
    Definition definition =
        root == null ? null : Definition.read(new Value(place, "", root, problems));
    if (definition == null || problems.any()) {
      throw new DefinitionException(withoutPosition(problems.all()));
    }
    Map<Path, String> code = version == null ? Map.of() : Map.of(VERSION, version);
    Map<Script.Kind, Script> byKind = new EnumMap<>(Script.Kind.class);
    scripts.forEach(script -> byKind.put(script.kind(), script));
    return definition.migration(id, place, Checksum.of(definition, byKind.values(), code), byKind);
  }

  private static String yaml(Map<String, ?> keys) {
    DumperOptions options = new DumperOptions();
    options.setSplitLines(false);
    return new Yaml(options).dump(keys);
  }

  /** Lines are those of a text that nobody has seen. */
  private static List<Problem> withoutPosition(List<Problem> problems) {
    return problems.stream()
        .map(problem -> Problem.ofFile(problem.file(), problem.message()))
        .toList();
  }

  /** Of code that is neither rows nor files: its version is all that can be known of it. */
  public static String checksum(MigrationId id, String version) {
    return Checksum.ofCode(id, version);
  }
}

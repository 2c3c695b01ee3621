package dev.sluice.definition;

import static dev.sluice.definition.DefinitionKeys.ROOT;

import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.NearestName;
import dev.sluice.migration.Tuning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads what an operator sets of a running migration, by the reader of {@code migration.yaml}: the
 * same keys, bounds and messages. The values become nodes, not YAML text: nothing in them has a
 * meaning of its own.
 */
public final class SettingsReader {

  /** What is asked before each chunk; the rest of a definition's tuning is a launch's. */
  private static final List<String> LIVE = List.of("chunk", "workers", "throttle");

  private static final Key KEYS =
      new Key(
          "tune", ROOT.below().stream().filter(key -> LIVE.contains(key.name())).toList(), null);

  private static final Path NO_FILE = Path.of("tune");

  private SettingsReader() {}

  /**
   * A tuning with these settings in place of its own.
   *
   * @throws IllegalArgumentException with every problem, one a line, if a key is unknown or a value
   *     is out of its bounds
   */
  public static Tuning over(Tuning usual, LiveSettings settings) {
    List<String> known = leaves(KEYS, "").sorted().toList();
    List<String> unknown =
        settings.values().keySet().stream()
            .filter(key -> !known.contains(key))
            .map(key -> unknown(key, known))
            .toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", unknown));
    }
    Problems problems = new Problems();
    Node root = mapping(LiveSettings.NONE.and(settings).values());
    Value value = new Value(NO_FILE, "", root, problems);
    Tuning tuning = TuningReader.tuning(Section.of(value, KEYS), usual);
    if (problems.any()) {
      throw new IllegalArgumentException(
          problems.all().stream().map(Problem::message).collect(Collectors.joining("\n")));
    }
    return tuning;
  }

  private static String unknown(String key, List<String> known) {
    return "unknown key '%s'%s Allowed: %s."
        .formatted(Value.shorten(key), NearestName.question(key, known), String.join(", ", known));
  }

  private static Stream<String> leaves(Key key, String path) {
    if (key.notBuilt() != null) {
      return Stream.empty();
    }
    return key.below().isEmpty()
        ? Stream.of(path)
        : key.below().stream()
            .flatMap(
                child -> leaves(child, path.isEmpty() ? child.name() : path + "." + child.name()));
  }

  /** {@code chunk.rows: 200} as {@code chunk: {rows: 200}}. */
  private static MappingNode mapping(Map<String, String> values) {
    Map<String, Map<String, String>> below = new LinkedHashMap<>();
    List<NodeTuple> entries = new ArrayList<>();
    values.forEach(
        (key, value) -> {
          int dot = key.indexOf('.');
          if (dot < 0) {
            entries.add(new NodeTuple(scalar(key), scalar(value)));
          } else {
            below
                .computeIfAbsent(key.substring(0, dot), first -> new LinkedHashMap<>())
                .put(key.substring(dot + 1), value);
          }
        });
    below.forEach((key, rest) -> entries.add(new NodeTuple(scalar(key), mapping(rest))));
    return new MappingNode(Tag.MAP, true, entries, mark(), mark(), FlowStyle.BLOCK);
  }

  private static ScalarNode scalar(String text) {
    Tag tag = new Resolver().resolve(NodeId.scalar, text, true);
    return new ScalarNode(tag, text, mark(), mark(), ScalarStyle.PLAIN);
  }

  /** There is no file to point into. */
  private static Mark mark() {
    return new Mark(NO_FILE.toString(), 0, 0, 0, new int[0], 0);
  }
}

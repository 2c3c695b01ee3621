package dev.sluice.definition;

import dev.sluice.migration.MigrationId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

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

  /** A problem with one of the ids of a definition that was read before. */
  static Problem problem(Path folder, MigrationId named, String message) {
    Path file = folder.resolve(MigrationFolder.DEFINITION_FILE);
    Problems ignored = new Problems(); // whoever read it first has told them
    String text = TextFile.read(file, ignored);
    Node root = text == null ? null : YamlFile.compose(file, text, ignored);
    return root == null
        ? Problem.ofFile(file, message)
        : find(root, named)
            .map(Node::getStartMark)
            .map(mark -> new Problem(file, mark.getLine() + 1, mark.getColumn() + 1, message))
            .orElseGet(() -> Problem.ofFile(file, message));
  }

  private static Optional<Node> find(Node root, MigrationId named) {
    return root instanceof MappingNode mapping
        ? mapping.getValue().stream()
            .filter(entry -> isScalar(entry.getKeyNode(), "depends-on"))
            .map(NodeTuple::getValueNode)
            .flatMap(
                value -> value instanceof SequenceNode s ? s.getValue().stream() : Stream.empty())
            .filter(element -> isScalar(element, named.value()))
            .findFirst()
        : Optional.empty();
  }

  private static boolean isScalar(Node node, String value) {
    return node instanceof ScalarNode scalar && scalar.getValue().strip().equals(value);
  }
}

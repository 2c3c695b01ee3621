package dev.sluice.definition;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** One value of the file, with the name and the position that messages give it. */
final class Value {

  private static final int SHOWN_MAX = 60;

  private final Path file;
  private final String path;
  private final Node node;
  private final Problems problems;

  /**
   * @param path {@code chunk.rows}; empty for the file's root
   */
  Value(Path file, String path, Node node, Problems problems) {
    this.file = file;
    this.path = path;
    this.node = node;
    this.problems = problems;
  }

  Value named(String newPath, Node newNode) {
    return new Value(file, newPath, newNode, problems);
  }

  String path() {
    return path;
  }

  Node node() {
    return node;
  }

  boolean isMapping() {
    return node instanceof MappingNode;
  }

  int line() {
    return node.getStartMark().getLine() + 1;
  }

  void problem(String message) {
    problems.add(file, node.getStartMark(), message);
  }

  void must(String wanted) {
    must(wanted, "");
  }

  /** {@code chunk.rows must be 100 to 1000, got 50. Remove it to use 1000.} */
  void must(String wanted, String remedy) {
    String subject = path.isEmpty() ? "the file" : path;
    String end = remedy.isEmpty() ? "" : " " + remedy;
    problem("%s must be %s, got %s.%s".formatted(subject, wanted, found(), end));
  }

  /** Text, not blank, without the space around it; null: it is none, and that is reported. */
  @Nullable String text() {
    if (!(node instanceof ScalarNode scalar)) {
      must("text");
      return null;
    }
    if (isOtherThanText(scalar)) {
      boolean quotable = !scalar.getTag().equals(Tag.NULL);
      must("text", quotable ? "Put quotes around it." : "");
      return null;
    }
    if (scalar.getValue().isBlank()) {
      must("text");
      return null;
    }
    return scalar.getValue().strip();
  }

  /** One SQL expression, condition or query; null: it is none, and that is reported. */
  @Nullable String sql() {
    String sql = text();
    if (sql == null) {
      return null;
    }
    String fault = new SqlSnippet(sql).fault();
    if (fault != null) {
      problem(path + " " + fault);
      return null;
    }
    return sql;
  }

  /** A scalar as it is written, whatever YAML takes it for; null: a list or a mapping. */
  @Nullable String scalar() {
    return node instanceof ScalarNode scalar ? scalar.getValue() : null;
  }

  /** A scalar without quotes: only these can be numbers. Null: anything else. */
  @Nullable String plainScalar() {
    return node instanceof ScalarNode scalar && scalar.getScalarStyle() == ScalarStyle.PLAIN
        ? scalar.getValue()
        : null;
  }

  /** The list's values; empty: it is none or has none, and that is reported. */
  List<Value> list(String of) {
    if (!(node instanceof SequenceNode sequence) || sequence.getValue().isEmpty()) {
      must("a list of " + of);
      return List.of();
    }
    return sequence.getValue().stream().map(element -> named(path, element)).toList();
  }

  /** What is there, in a form that fits on a line and has no control character. */
  String found() {
    if (node instanceof ScalarNode scalar) {
      return foundScalar(scalar);
    }
    String kind = node instanceof MappingNode ? "mapping" : "list";
    boolean empty =
        node instanceof MappingNode mapping
            ? mapping.getValue().isEmpty()
            : ((SequenceNode) node).getValue().isEmpty();
    return (empty ? "an empty " : "a ") + kind;
  }

  private static String foundScalar(ScalarNode scalar) {
    String value = shorten(scalar.getValue());
    if (!isOtherThanText(scalar)) {
      return value.isBlank() ? "blank text" : "'" + value + "'";
    }
    if (scalar.getTag().equals(Tag.NULL)) {
      return "nothing";
    }
    if (scalar.getTag().equals(Tag.BOOL)) {
      return "the boolean " + value;
    }
    return (scalar.getTag().equals(Tag.TIMESTAMP) ? "the date " : "") + value;
  }

  private static boolean isOtherThanText(ScalarNode scalar) {
    return List.of(Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.TIMESTAMP).contains(scalar.getTag());
  }

  static String shorten(String text) {
    String visible = text.replaceAll("\\p{Cntrl}", " ");
    return visible.length() <= SHOWN_MAX ? visible : visible.substring(0, SHOWN_MAX) + "…";
  }
}

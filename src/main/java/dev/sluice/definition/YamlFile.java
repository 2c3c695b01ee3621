package dev.sluice.definition;

import java.io.StringReader;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * YAML text to nodes that know their line and column. Only plain data: no anchor (an alias can
 * stand for gigabytes), no tag (it can name a class), one document, bounded nesting. No object is
 * ever constructed from it.
 */
final class YamlFile {

  static final int DEPTH_MAX = 20;

  private static final Pattern LINE_BREAKS = Pattern.compile("\\s*\\R\\s*");

  private final Path file;
  private final Problems problems;
  private int depth;
  private int documents;

  private YamlFile(Path file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** Null: there is no usable node, and {@code problems} says why. */
  static @Nullable Node compose(Path file, String text, Problems problems) {
    Problems own = new Problems();
    Node root = new YamlFile(file, own).compose(text);
    problems.addAll(own);
    return own.any() ? null : root;
  }

  private @Nullable Node compose(String text) {
    try {
      for (Event event : yaml().parse(new StringReader(text))) {
        check(event);
        if (depth > DEPTH_MAX) {
          return null;
        }
      }
      if (problems.any()) {
        return null;
      }
      Node root = yaml().compose(new StringReader(text));
      if (root == null) {
        problems.add(file, "is empty; description, table, where and set or transform are wanted.");
      }
      return root;
    } catch (MarkedYAMLException e) {
      String context = e.getContext() == null ? "" : e.getContext() + ": ";
      String message = "is not valid YAML: " + oneLine(context + e.getProblem()) + ".";
      problems.add(file, e.getProblemMark(), message);
    } catch (ReaderException e) {
      addAtCodePoint(text, e);
    }
    return null;
  }

  private static Yaml yaml() {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(DEPTH_MAX);
    options.setCodePointLimit(TextFile.BYTES_MAX);
    return new Yaml(new SafeConstructor(options));
  }

  private void check(Event event) {
    if (event instanceof DocumentStartEvent && ++documents == 2) {
      add(event, "a second document starts; one file holds one migration.");
    } else if (event instanceof AliasEvent alias) {
      add(event, "alias *%s is not allowed; repeat the value.".formatted(alias.getAnchor()));
    } else if (event instanceof NodeEvent node && node.getAnchor() != null) {
      add(event, "anchor &%s is not allowed; repeat the value.".formatted(node.getAnchor()));
    }
    if (event instanceof ScalarEvent scalar) {
      checkTag(event, scalar.getTag());
    } else if (event instanceof CollectionStartEvent start) {
      checkTag(event, start.getTag());
      if (++depth > DEPTH_MAX) {
        add(event, "is nested deeper than %d levels.".formatted(DEPTH_MAX));
      }
    } else if (event instanceof CollectionEndEvent) {
      depth--;
    }
  }

  private void checkTag(Event event, @Nullable String tag) {
    if (tag != null) {
      add(event, "tag %s is not allowed; write the plain value.".formatted(Value.shorten(tag)));
    }
  }

  private void add(Event event, String message) {
    problems.add(file, event.getStartMark(), message);
  }

  /** A control character: SnakeYAML's reader knows its place in the text, not its line. */
  private void addAtCodePoint(String text, ReaderException e) {
    int at = text.offsetByCodePoints(0, e.getPosition());
    String before = text.substring(0, at);
    int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    int column = before.length() - before.lastIndexOf('\n');
    problems.add(
        file, line, column, "character U+%04X is not allowed in YAML.".formatted(e.getCodePoint()));
  }

  private static String oneLine(String text) {
    return LINE_BREAKS.matcher(text.strip()).replaceAll(" ");
  }
}

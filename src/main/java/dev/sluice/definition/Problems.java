package dev.sluice.definition;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.yaml.snakeyaml.error.Mark;

/** Collects what is wrong in one migration, so that it is all told at once. */
final class Problems {

  private static final Comparator<Problem> BY_POSITION =
      Comparator.comparing(Problem::file)
          .thenComparingInt(Problem::line)
          .thenComparingInt(Problem::column);

  private final List<Problem> found = new ArrayList<>();

  void add(Path file, String message) {
    found.add(Problem.ofFile(file, message));
  }

  void add(Path file, int line, int column, String message) {
    found.add(new Problem(file, line, column, message));
  }

  /** SnakeYAML counts from 0, people and editors from 1. */
  void add(Path file, Mark mark, String message) {
    add(file, mark.getLine() + 1, mark.getColumn() + 1, message);
  }

  void addAll(List<Problem> more) {
    found.addAll(more);
  }

  boolean any() {
    return !found.isEmpty();
  }

  /** In the order in which a reader of the files meets them. */
  List<Problem> all() {
    return found.stream().sorted(BY_POSITION).toList();
  }

  void throwIfAny() {
    if (any()) {
      throw new DefinitionException(all());
    }
  }
}

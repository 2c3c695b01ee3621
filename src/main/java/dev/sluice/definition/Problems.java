package dev.sluice.definition;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.yaml.snakeyaml.error.Mark;

/**
 * Collects what is wrong in one migration, so that it is all told at once. A file of a mebibyte can
 * hold 200,000 wrong keys, so only the first {@value #MAX} are kept and the rest counted.
 */
final class Problems {

  static final int MAX = 200;

  private static final Comparator<Problem> BY_POSITION =
      Comparator.comparing(Problem::file)
          .thenComparingInt(Problem::line)
          .thenComparingInt(Problem::column);

  private final List<Problem> found = new ArrayList<>();
  private int left;

  void add(Path file, String message) {
    add(Problem.ofFile(file, message));
  }

  void add(Path file, int line, int column, String message) {
    add(new Problem(file, line, column, message));
  }

  /** SnakeYAML counts from 0, people and editors from 1. */
  void add(Path file, Mark mark, String message) {
    add(file, mark.getLine() + 1, mark.getColumn() + 1, message);
  }

  void add(Problem problem) {
    if (found.size() < MAX) {
      found.add(problem);
    } else {
      left++;
    }
  }

  void addAll(Problems more) {
    more.found.forEach(this::add);
    left += more.left;
  }

  boolean any() {
    return !found.isEmpty();
  }

  /** In the order in which a reader of the files meets them. */
  List<Problem> all() {
    List<Problem> all = new ArrayList<>(found);
    all.sort(BY_POSITION);
    if (left > 0) {
      all.add(Problem.ofFile(all.get(MAX - 1).file(), "and %d more problems.".formatted(left)));
    }
    return List.copyOf(all);
  }

  void throwIfAny() {
    if (any()) {
      throw new DefinitionException(all());
    }
  }
}

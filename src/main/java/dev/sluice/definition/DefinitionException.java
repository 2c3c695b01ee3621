package dev.sluice.definition;

import java.util.List;
import java.util.stream.Collectors;

/** Definitions that cannot be used. The message holds every problem, one a line. */
public final class DefinitionException extends RuntimeException {

  private final List<Problem> problems;

  public DefinitionException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public List<Problem> problems() {
    return problems;
  }
}

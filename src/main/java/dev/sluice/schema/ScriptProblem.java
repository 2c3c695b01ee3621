package dev.sluice.schema;

import java.nio.file.Path;

/**
 * Why a file is refused, found without a database.
 *
 * @param line where the statement begins, from 1
 * @param message what was found and what to write instead
 */
public record ScriptProblem(Path file, int line, String message) {

  /** As an operator sees it. */
  @Override
  public String toString() {
    return "%s:%d: %s".formatted(file, line, message);
  }
}

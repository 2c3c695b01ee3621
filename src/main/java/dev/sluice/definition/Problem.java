package dev.sluice.definition;

import java.nio.file.Path;

/**
 * One thing that is wrong in a migration's files.
 *
 * @param file as the user gave it: a relative jobs directory makes relative files
 * @param line from 1; 0: the whole file
 * @param column from 1, in characters; 0: the whole line or file
 * @param message where in the definition, what was found, what is allowed
 */
public record Problem(Path file, int line, int column, String message) {

  static Problem ofFile(Path file, String message) {
    return new Problem(file, 0, 0, message);
  }

  /** {@code jobs/0007_split/migration.yaml:12:9: chunk.rows must be 100 to 1000, got 50. …} */
  @Override
  public String toString() {
    String position = line == 0 ? "" : ":" + line + (column == 0 ? "" : ":" + column);
    return file + position + ": " + message;
  }
}

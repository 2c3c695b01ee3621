package dev.sluice.schema;

import java.nio.file.Path;

/**
 * What goes for good when a statement of a file runs.
 *
 * @param line of the statement in the file, from 1
 * @param object what goes: {@code table public.old_users}
 * @param extent how much that is: {@code 1.2 GB, about 5,000,000 rows}
 */
public record Loss(Path file, int line, String object, String extent) {

  /** As an operator sees it: {@code table public.old_users: 1.2 GB, about 5,000,000 rows}. */
  @Override
  public String toString() {
    return object + ": " + extent;
  }
}

package dev.sluice.migration;

import java.nio.file.Path;
import java.util.Optional;

/**
 * An SQL file of a migration's folder.
 *
 * @param file where it was read, for messages
 */
public record Script(Kind kind, Path file, String text) {

  /** The names that a folder may hold, and nothing else that ends in {@code .sql}. */
  public enum Kind {
    EXPAND_UP("expand.up.sql"),
    EXPAND_DOWN("expand.down.sql"),
    CONSTRAIN_UP("constrain.up.sql"),
    CONSTRAIN_DOWN("constrain.down.sql"),
    CLEANUP_UP("cleanup.up.sql"),
    CLEANUP_DOWN("cleanup.down.sql");

    private final String fileName;

    Kind(String fileName) {
      this.fileName = fileName;
    }

    public String fileName() {
      return fileName;
    }

    public static Optional<Kind> ofFileName(String fileName) {
      for (Kind kind : values()) {
        if (kind.fileName.equals(fileName)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }
  }
}

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

    /** Whether it takes back what its opposite did. */
    public boolean isDown() {
      return this == EXPAND_DOWN || this == CONSTRAIN_DOWN || this == CLEANUP_DOWN;
    }

    public Kind opposite() {
      return switch (this) {
        case EXPAND_UP -> EXPAND_DOWN;
        case EXPAND_DOWN -> EXPAND_UP;
        case CONSTRAIN_UP -> CONSTRAIN_DOWN;
        case CONSTRAIN_DOWN -> CONSTRAIN_UP;
        case CLEANUP_UP -> CLEANUP_DOWN;
        case CLEANUP_DOWN -> CLEANUP_UP;
      };
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

package dev.sluice.migration;

import java.nio.file.Path;
import java.util.Optional;

/**
 * An SQL file of a migration.
 *
 * @param file where it was read, for messages
 * @param text its lines are those of the file: what is not of this script is left out of them
 * @param atomic false: the file asks that each statement runs outside a transaction
 */
public record Script(Kind kind, Path file, String text, boolean atomic) {

  /** One that asks for nothing special. */
  public Script(Kind kind, Path file, String text) {
    this(kind, file, text, true);
  }

  /** A folder's files have these names, but for the two last, which are another tool's. */
  public enum Kind {
    EXPAND_UP("expand.up.sql"),
    EXPAND_DOWN("expand.down.sql"),
    CONSTRAIN_UP("constrain.up.sql"),
    CONSTRAIN_DOWN("constrain.down.sql"),
    CLEANUP_UP("cleanup.up.sql"),
    CLEANUP_DOWN("cleanup.down.sql"),
    /** The way forth of a flat migration: {@code 0001_x.up.sql}, or the Up of an annotated file. */
    UP("up.sql"),
    /** The way back of a flat migration. */
    DOWN("down.sql");

    private final String fileName;

    Kind(String fileName) {
      this.fileName = fileName;
    }

    public String fileName() {
      return fileName;
    }

    /** Whether it is of a flat migration, which another tool may have run: it runs as it is. */
    public boolean isFlat() {
      return this == UP || this == DOWN;
    }

    /** Whether it takes back what its opposite did. */
    public boolean isDown() {
      return this == EXPAND_DOWN || this == CONSTRAIN_DOWN || this == CLEANUP_DOWN || this == DOWN;
    }

    public Kind opposite() {
      return switch (this) {
        case EXPAND_UP -> EXPAND_DOWN;
        case EXPAND_DOWN -> EXPAND_UP;
        case CONSTRAIN_UP -> CONSTRAIN_DOWN;
        case CONSTRAIN_DOWN -> CONSTRAIN_UP;
        case CLEANUP_UP -> CLEANUP_DOWN;
        case CLEANUP_DOWN -> CLEANUP_UP;
        case UP -> DOWN;
        case DOWN -> UP;
      };
    }

    /** Which one a folder's file of this name is. */
    public static Optional<Kind> ofFileName(String fileName) {
      for (Kind kind : values()) {
        if (!kind.isFlat() && kind.fileName.equals(fileName)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }
  }
}

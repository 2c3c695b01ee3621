package dev.sluice.torture;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a row holds after a statement of the application: the promises of docs/definition.md in
 * other words. Beside what is said here the migration fills a row that is due, once.
 */
enum SyncRule {

  /** Nothing but the run fills the new columns, so the application keeps them itself. */
  NONE("") {
    @Override
    Expected inserted(RowState row) {
      return Expected.byApplication(row);
    }

    @Override
    Expected updated(Expected before, Change change) {
      RowState after = before.state().after(change);
      return writesNew(before, after)
          ? Expected.byApplication(after)
          : new Expected(after, before.due(), before.old());
    }

    @Override
    boolean keepsRowsRight() {
      return false;
    }
  },

  /**
   * The statement itself fills the new columns where it changed the old one and did not write them,
   * and the old one where it wrote only them.
   */
  TRIGGER("sync: {mode: trigger, reverse: {source: \"'back ' || target\"}}\n") {
    @Override
    Expected inserted(RowState row) {
      Expected asWritten = Expected.byApplication(row);
      if (row.isUnderGuard()) {
        return asWritten.filled(row.withValues(NewValues.of(row.source())));
      }
      return row.source() == null ? Expected.byApplication(reversed(row)) : asWritten;
    }

    @Override
    Expected updated(Expected before, Change change) {
      RowState after = before.state().after(change);
      boolean old = writesOld(before, after);
      if (writesNew(before, after)) {
        return Expected.byApplication(old ? after : reversed(after));
      }
      return old
          ? before.filled(after.withValues(NewValues.of(after.source())))
          : new Expected(after, before.due(), before.old());
    }
  },

  /** A change of the old column makes the row due, unless the same statement wrote the new ones. */
  CAPTURE("sync: capture\n") {
    @Override
    Expected inserted(RowState row) {
      return Expected.byApplication(row);
    }

    @Override
    Expected updated(Expected before, Change change) {
      RowState after = before.state().after(change);
      return writesNew(before, after)
          ? Expected.byApplication(after)
          : new Expected(after, before.due() || writesOld(before, after), before.old());
    }

    /** Two notes of one row may be swept apart, and the second finds the same value. */
    @Override
    boolean writesOnce() {
      return false;
    }
  };

  private final String yaml;

  SyncRule(String yaml) {
    this.yaml = yaml;
  }

  abstract Expected inserted(RowState row);

  /**
   * @param before one of the states that the row may have held
   */
  abstract Expected updated(Expected before, Change change);

  /** Whether the application may write the old shape alone, at any time. */
  boolean keepsRowsRight() {
    return true;
  }

  /** Whether a row that is due is updated once, and not more often. */
  boolean writesOnce() {
    return true;
  }

  /** For the definition. */
  String yaml() {
    return yaml;
  }

  private static boolean writesNew(Expected before, RowState after) {
    return !before.state().values().equals(after.values());
  }

  private static boolean writesOld(Expected before, RowState after) {
    return !Objects.equals(before.state().source(), after.source());
  }

  private static RowState reversed(RowState row) {
    @Nullable String target = row.values().target();
    String source = target == null ? null : "back " + target;
    return new RowState(source, row.note(), row.values(), row.ours());
  }
}

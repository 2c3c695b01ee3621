package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.TableKey;
import java.util.List;

/**
 * What a walk does: which rows are to do, and how they change. Forward and back are walked alike.
 */
interface Work {

  /** Forth as the definition says, or back. */
  enum Direction {
    FORWARD("forward"),
    BACK("back");

    private final String label;

    Direction(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /** Tells the ranges of this walk from those of the other way. */
  Direction direction();

  /** The table that is walked by its key: the migration's own, or the journal of it. */
  TableKey walked();

  /** Which rows of {@link #walked} are still to do; a user's SQL, as it was written. */
  String condition();

  /** The table whose rows are locked and written. */
  TableKey written();

  /** Whether an update can be HOT, if only its page has room: see {@link Strides}. */
  boolean stridesHelp();

  /** How they change; a new one for each worker. */
  RowChange<?, ?> change();

  /**
   * What it means that rows were changed and are still to do.
   *
   * @param keys some of them
   * @param count how many there are
   */
  UnchangedRowsException unchanged(List<Key> keys, int count);

  /** What it means that a row cannot be changed, where none is set aside. */
  RowRefusedException refused(Key key, RowFault fault);
}

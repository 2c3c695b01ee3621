package dev.sluice.torture;

/** What a row holds after a statement of the application. */
enum SyncRule {

  /** Nothing beside the migration fills the new columns. */
  NONE {
    @Override
    boolean fillsNewRows() {
      return false;
    }

    @Override
    Expected inserted(RowState row) {
      return Expected.byGuard(row);
    }

    @Override
    Expected updated(Expected before, Change change) {
      return Expected.byGuard(before.state().after(change));
    }
  };

  /** Whether rows and changes in the old shape alone get the new one without the application. */
  abstract boolean fillsNewRows();

  abstract Expected inserted(RowState row);

  /**
   * @param before exactly what the row held; never a row that may hold two states
   */
  abstract Expected updated(Expected before, Change change);
}

package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import java.util.List;

/**
 * Finds the rows that a chunk fails for, by halving it: about {@code 2 log2(n)} trials at most for
 * one bad row among n, and as many for each further one.
 *
 * <p>A half that passes is done, so the other one is known to hold a bad row and is halved without
 * a trial of its own. A row is called bad only after it has failed alone: of two that hurt each
 * other the first passes.
 */
final class BadRowSearch {

  private final Trial trial;

  /** What the search does with rows. */
  interface Trial {
    /** Changes these rows for good; false: nothing has happened to any. */
    boolean passes(List<Key> rows) throws Exception;

    /** Changes this row, or deals with what it fails for. */
    void alone(Key row) throws Exception;
  }

  BadRowSearch(Trial trial) {
    this.trial = trial;
  }

  /**
   * Changes all rows but the bad ones.
   *
   * @param rows that do not pass together, at least one
   */
  void in(List<Key> rows) throws Exception {
    if (rows.size() == 1) {
      trial.alone(rows.get(0));
      return;
    }
    List<Key> first = rows.subList(0, rows.size() / 2);
    List<Key> second = rows.subList(rows.size() / 2, rows.size());
    if (trial.passes(first)) {
      in(second);
      return;
    }
    in(first);
    if (!trial.passes(second)) {
      in(second);
    }
  }
}

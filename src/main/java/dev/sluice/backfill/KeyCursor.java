package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.SqlStates;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/**
 * Where a worker stands in its key range: behind a checkpoint, before the end of a key window.
 *
 * <p>The window is the second bound of a chunk. Under a sparse guard a plain LIMIT would lock its
 * first rows while it searches millions for the rest; a page never looks further than the window.
 * It widens while looking through it is quick and narrows when it is slow.
 *
 * <p>Behind a full page the rest of the window is taken in {@link Strides}: the guard is dense
 * there, so that to look for the keys first costs little. As long as it stays dense no window is
 * looked up at all, which would read every key of the index once more: a stretch ends with its last
 * key, and the look for it has a time limit. Not safe for concurrent use: one a worker.
 */
final class KeyCursor {

  private static final int WINDOW_ROWS_MIN = 1_000;
  private static final int WINDOW_ROWS_MAX = 100_000;
  private static final int WINDOW_ROWS_START = 10_000;

  private final KeyWindows windows;
  private Strides.@Nullable Lookahead lookahead;
  private final Duration targetTime;
  private KeyRange rest;
  private boolean exhausted;
  private @Nullable KeyRange window;
  private @Nullable Strides strides;
  private boolean dense;
  private boolean looksPastWindow = true;
  private int windowRows = WINDOW_ROWS_START;

  /**
   * @param lookahead null: rows are done in key order
   * @param rest what is to do
   * @param targetTime how long a look through a whole window may take
   */
  KeyCursor(
      KeyWindows windows,
      Strides.@Nullable Lookahead lookahead,
      KeyRange rest,
      Duration targetTime) {
    this.windows = windows;
    this.lookahead = lookahead;
    this.rest = rest;
    this.targetTime = targetTime;
    this.exhausted = rest.after() != null && rest.after().equals(rest.through());
  }

  /** A cursor elsewhere that looks as far as this one. */
  KeyCursor at(KeyRange newRest) {
    KeyCursor moved = new KeyCursor(windows, lookahead, newRest, targetTime);
    moved.windowRows = windowRows;
    return moved;
  }

  boolean isExhausted() {
    return exhausted;
  }

  /** The last key that is done; null before the first. */
  @Nullable Key checkpoint() {
    return rest.after();
  }

  /** Where to read the next page; looks ahead, without locks, when the last window is done. */
  Page.Request next(int rows) {
    if (strides == null && dense) {
      strides = lookAhead(rows);
    }
    if (strides != null) {
      return new Page.Request(strides.stretch(), rows, strides.next(rows));
    }
    if (window == null) {
      window = windows.first(rest, windowRows);
    }
    return new Page.Request(window, rows, List.of());
  }

  private @Nullable Strides lookAhead(int rows) {
    if (lookahead == null || (window == null && !looksPastWindow)) {
      return null;
    }
    try {
      return lookahead.in(window == null ? rest : window, rows).orElse(null);
    } catch (DataAccessException e) {
      if (!SqlStates.isTimeout(e)) {
        throw e;
      }
      if (window == null) {
        looksPastWindow = false; // the guard is sparse there
      } else {
        lookahead = null; // it is slow to compute: pages bound the search themselves
      }
      return null;
    }
  }

  /** Where the checkpoint stands once a page is done: stored with the page's own data. */
  @Nullable Key checkpointAfter(Page<?> page) {
    if (strides == null) {
      return page.rest().map(KeyRange::after).orElse(page.asked().window().through());
    }
    return strides.endsAfter(page.asked().rows()) ? strides.stretch().through() : rest.after();
  }

  /** Moves on, after the page's transaction is committed. */
  void advance(Page<?> page, Duration time) {
    if (strides == null) {
      dense = page.isFull();
      if (page.rest().isEmpty()) {
        fitWindow(time);
      }
      moveTo(page.rest(), page.asked().window());
      return;
    }
    int rows = page.asked().rows();
    strides.advance(rows);
    if (strides.endsAfter(0)) {
      KeyRange stretch = strides.stretch();
      dense = strides.hold(rows);
      strides = null;
      moveTo(after(stretch), stretch);
    }
  }

  /** What is left of the window behind a stretch of it. */
  private Optional<KeyRange> after(KeyRange stretch) {
    return window == null || stretch.equals(window)
        ? Optional.empty()
        : Optional.of(window.startingAfter(stretch.through()));
  }

  private void moveTo(Optional<KeyRange> left, KeyRange done) {
    if (left.isPresent()) {
      window = left.get();
      rest = rest.startingAfter(window.after());
      return;
    }
    Key end = done.through();
    exhausted = end == null || end.equals(rest.through());
    rest = rest.startingAfter(end);
    window = null;
  }

  /** By the look through one: a chunk of given keys takes its time elsewhere. */
  private void fitWindow(Duration time) {
    if (time.multipliedBy(4).compareTo(targetTime) < 0) {
      windowRows = Math.min(WINDOW_ROWS_MAX, windowRows * 2);
    } else if (time.compareTo(targetTime) > 0) {
      windowRows = Math.max(WINDOW_ROWS_MIN, windowRows / 2);
    }
  }

  /**
   * A page overran its time: look less far.
   *
   * @return false if it looks at one row already
   */
  boolean narrow() {
    window = null;
    strides = null;
    dense = false;
    if (windowRows == 1) {
      return false;
    }
    windowRows = windowRows / 2;
    return true;
  }
}

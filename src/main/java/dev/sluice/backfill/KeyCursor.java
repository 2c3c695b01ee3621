package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker stands in its key range: behind a checkpoint, before the end of a key window.
 *
 * <p>The window is the second bound of a chunk. Under a sparse guard a plain LIMIT would lock its
 * first rows while it searches millions for the rest; a page never looks further than the window.
 * It widens while looking through it is quick and narrows when it is slow. Not safe for concurrent
 * use: one a worker.
 */
final class KeyCursor {

  private static final int WINDOW_ROWS_MIN = 1_000;
  private static final int WINDOW_ROWS_MAX = 100_000;
  private static final int WINDOW_ROWS_START = 10_000;

  private final KeyWindows windows;
  private final Duration targetTime;
  private KeyRange rest;
  private boolean exhausted;
  private @Nullable KeyRange window;
  private int windowRows = WINDOW_ROWS_START;

  /**
   * @param rest what is to do
   * @param targetTime how long a look through a whole window may take
   */
  KeyCursor(KeyWindows windows, KeyRange rest, Duration targetTime) {
    this.windows = windows;
    this.rest = rest;
    this.targetTime = targetTime;
    this.exhausted = rest.after() != null && rest.after().equals(rest.through());
  }

  /** A cursor elsewhere that looks as far as this one. */
  KeyCursor at(KeyRange newRest) {
    KeyCursor moved = new KeyCursor(windows, newRest, targetTime);
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

  /**
   * The window to read the next page from; looks ahead, without locks, when the last one is done.
   */
  KeyRange window() {
    if (window == null) {
      window = windows.first(rest, windowRows);
    }
    return window;
  }

  /** Where the checkpoint stands once a page is done: stored with the page's own data. */
  @Nullable Key checkpointAfter(Page<?> page) {
    Optional<KeyRange> left = page.rest();
    return left.isPresent() ? left.get().after() : page.window().through();
  }

  /** Moves on, after the page's transaction is committed. */
  void advance(Page<?> page, Duration time) {
    Optional<KeyRange> left = page.rest();
    if (left.isPresent()) {
      window = left.get();
      rest = rest.startingAfter(window.after());
      return;
    }
    Key end = page.window().through();
    exhausted = end == null || end.equals(rest.through());
    rest = rest.startingAfter(end);
    window = null;
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
    if (windowRows == 1) {
      return false;
    }
    windowRows = windowRows / 2;
    return true;
  }
}

package dev.sluice.torture;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A key, and what its row must hold. One session at a time holds it, from before it touches the row
 * until the model knows how its transaction ended: so sessions of the application never wait for
 * each other's rows, and whatever they wait for is ours.
 */
final class ModelRow {
  private final List<Object> key;
  private final AtomicBoolean held = new AtomicBoolean();
  private volatile @Nullable Expected expected;

  /** Of a row that is not there. */
  ModelRow(List<Object> key) {
    this.key = List.copyOf(key);
  }

  boolean tryHold() {
    return held.compareAndSet(false, true);
  }

  void letGo() {
    held.set(false);
  }

  List<Object> key() {
    return key;
  }

  /** Null: there is no such row. */
  @Nullable Expected expected() {
    return expected;
  }

  void expect(@Nullable Expected now) {
    expected = now;
  }
}

package dev.sluice.testing;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Drops databases beside the next test. Before PostgreSQL 15 a new database is a copy of 300 files
 * on the disk, and to delete those takes longer than most tests: 0.6 s, in which no processor
 * works.
 *
 * <p>Thread-safe. What is still to be dropped when the JVM ends goes with the server's data.
 */
final class BackgroundDrops {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread daemon = new Thread(task, "drop-databases");
            daemon.setDaemon(true);
            return daemon;
          });
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  void add(Runnable drop) {
    thread.execute(
        () -> {
          try {
            drop.run();
          } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
          }
        });
  }

  /**
   * Tells the next test what the one before could not be told.
   *
   * @throws IllegalStateException if a drop has failed since the last call
   */
  void check() {
    RuntimeException cause = failure.getAndSet(null);
    if (cause != null) {
      throw new IllegalStateException("an earlier test's database was not dropped", cause);
    }
  }
}

package dev.sluice.library;

import dev.sluice.control.StopSignal;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.CancellableDataSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call of an application, from its beginning to its end: connections of its own, a thread of
 * its own, and the way to stop it.
 *
 * <p>A thread of its own, because Spring binds transactions and connections to the caller's, and
 * because an interrupt there must end a chunk in peace and not in its middle. Connections of its
 * own, because two calls at once must not wait for each other's, and an application at rest should
 * hold none.
 */
final class Operation {

  private final @Nullable MigrationId id;
  private final CancellableDataSource dataSource;
  private final StopSignal stop = new StopSignal();
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param id null: it works on all migrations
   * @param dataSource closed when the operation ends
   */
  Operation(@Nullable MigrationId id, CancellableDataSource dataSource) {
    this.id = id;
    this.dataSource = dataSource;
  }

  CancellableDataSource dataSource() {
    return dataSource;
  }

  StopSignal stopSignal() {
    return stop;
  }

  boolean isOf(MigrationId other) {
    return other.equals(id);
  }

  /**
   * Works, and returns when it is over. An interrupt of the caller is a stop: the work ends at its
   * next chunk, and the caller stays interrupted.
   */
  <T> T run(Function<Operation, T> work) {
    FutureTask<T> task = new FutureTask<>(() -> work.apply(this));
    Thread thread =
        new Thread(
            () -> {
              try (dataSource) {
                task.run();
              } finally {
                ended.countDown();
              }
            },
            "sluice-" + (id == null ? "all" : id));
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          ended.await();
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          stopAndAwait();
        }
      }
    } catch (ExecutionException e) {
      throw unchecked(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException unchecked(@Nullable Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException exception
        ? exception
        : new IllegalStateException(thrown);
  }

  /**
   * Stops it and waits for its end.
   *
   * @return false if it is not over after about half a minute, or if this thread is interrupted
   */
  boolean stopAndAwait() {
    try {
      return stop.stopAndAwait(ended, dataSource::cancelRunning);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

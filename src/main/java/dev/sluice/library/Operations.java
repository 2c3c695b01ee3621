package dev.sluice.library;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.ConnectionPool;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The calls that are under way. Safe for concurrent use. */
final class Operations {

  private final DataSource application;
  private final Set<Operation> running = ConcurrentHashMap.newKeySet();
  private boolean closed;

  Operations(DataSource application) {
    this.application = application;
  }

  /**
   * @param id null: it works on all migrations
   * @throws IllegalStateException if it is closed, or the caller is inside a transaction
   */
  <T> T run(@Nullable MigrationId id, Function<Operation, T> work) {
    refuseTransaction();
    Operation operation = begin(id);
    try {
      return operation.run(work);
    } finally {
      running.remove(operation);
    }
  }

  /** A row that the caller has written is locked until it commits, and it waits for us. */
  private static void refuseTransaction() {
    if (TransactionSynchronizationManager.isActualTransactionActive()) {
      throw new IllegalStateException(
          "Sluice was called inside a transaction of the application: the run would wait for its"
              + " rows and tables, and it for the run, for ever. Call it outside of @Transactional"
              + " methods.");
    }
  }

  private synchronized Operation begin(@Nullable MigrationId id) {
    if (closed) {
      throw new IllegalStateException("this Sluice is closed");
    }
    Operation operation = new Operation(id, ConnectionPool.beside(application));
    running.add(operation);
    return operation;
  }

  /** Stops those that are under way, and waits for their ends. */
  boolean stop(Predicate<Operation> which) {
    List<Operation> found = running.stream().filter(which).toList();
    found.forEach(operation -> operation.stopSignal().stop());
    found.forEach(Operation::stopAndAwait);
    return !found.isEmpty();
  }

  /** No other begins. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    stop(operation -> true);
  }
}

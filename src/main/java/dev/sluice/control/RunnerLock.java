package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.ServerSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One runner a migration: a session advisory lock on a connection of its own, held from before
 * anything else until after everything else.
 *
 * <p>The lock dies with the process or its connection, so a run that is STARTED while the lock is
 * free is dead for certain. The other direction, a runner that lost the lock connection while its
 * workers live, is closed by the {@link Epoch}: every chunk proves that its epoch is still the
 * ledger's. A check of the connection every second tells the workers early.
 */
public final class RunnerLock implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RunnerLock.class);

  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
  private static final int CHECK_TIMEOUT_SECONDS = 5;

  private final MigrationId id;
  private final Connection connection;
  private final ServerSession session;
  private final Epoch epoch;
  private final ScheduledExecutorService watcher;
  private volatile boolean lost;
  private @Nullable ScheduledFuture<?> checks;

  private RunnerLock(MigrationId id, Connection connection, ServerSession session, Epoch epoch) {
    this.id = id;
    this.connection = connection;
    this.session = session;
    this.epoch = epoch;
    this.watcher =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "runner-lock");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Takes the lock, registers the migration in the ledger and counts up its epoch.
   *
   * @param runner host and process, for messages
   * @return empty if another session holds the lock
   */
  public static Optional<RunnerLock> tryTake(
      DataSource dataSource, MigrationId id, String checksum, String runner) throws SQLException {
    Connection connection = dataSource.getConnection();
    try {
      connection.setAutoCommit(true);
      if (!lock(id).tryTake(connection)) {
        connection.close();
        return Optional.empty();
      }
      SingleConnectionDataSource single = new SingleConnectionDataSource(connection, true);
      Ledger ledger = new Ledger(new JdbcTemplate(single));
      TransactionTemplate transaction =
          new TransactionTemplate(new DataSourceTransactionManager(single));
      Long epoch =
          transaction.execute(
              status -> {
                ledger.register(id, checksum);
                return ledger.nextEpoch(id, runner);
              });
      RunnerLock lock =
          new RunnerLock(
              id,
              connection,
              ServerSession.of(connection),
              new Epoch(id, epoch == null ? 0 : epoch));
      lock.watch();
      return Optional.of(lock);
    } catch (SQLException | RuntimeException e) {
      giveUp(connection, id, e);
      throw e;
    }
  }

  /** The session may hold the lock: back in a pool it would keep every runner out. */
  private static void giveUp(Connection connection, MigrationId id, Exception reason) {
    lock(id).drop(connection);
    try {
      connection.close();
    } catch (SQLException e) {
      reason.addSuppressed(e); // a pool finds it broken, as it should
    }
  }

  /**
   * The session of a lock that was lost, which may still have it on the server: cut off without a
   * word it looks alive there, for 20 s, or behind a proxy for as long as that stands. Nothing
   * works under it any more once the lock is closed.
   */
  public Optional<ServerSession> leftBehind() {
    return lost ? Optional.of(session) : Optional.empty();
  }

  private static SessionLock lock(MigrationId id) {
    return new SessionLock("sluice.runner/" + id);
  }

  private void watch() {
    long interval = CHECK_INTERVAL.toMillis();
    checks = watcher.scheduleWithFixedDelay(this::check, interval, interval, TimeUnit.MILLISECONDS);
  }

  private void check() {
    try {
      if (connection.isValid(CHECK_TIMEOUT_SECONDS)) {
        return;
      }
    } catch (SQLException e) {
      log.debug("runner-lock.check migration={}", id, e);
    }
    lost = true;
    log.warn("runner-lock.lost migration={}: its connection is gone, workers stop", id);
    watcher.shutdown();
  }

  /** The epoch that this runner's chunks must prove. */
  public Epoch epoch() {
    return epoch;
  }

  /**
   * @throws LockLostException if the lock's connection is gone
   */
  public void throwIfLost() {
    if (lost) {
      throw new LockLostException(id);
    }
  }

  /** Who holds the lock, as the server sees it; empty if nobody does. */
  public static Optional<String> holder(DataSource dataSource, MigrationId id) {
    return lock(id).holder(new JdbcTemplate(dataSource));
  }

  /** Gives the lock back by closing nothing but the session's lock, so that a pool may go on. */
  @Override
  public void close() {
    if (checks != null) {
      checks.cancel(false);
    }
    watcher.shutdown();
    if (lost) {
      // it may be a stall only, with the session and its lock still there
      lock(id).drop(connection);
    }
    try (connection) {
      if (!lost) {
        release();
      }
    } catch (SQLException e) {
      log.debug("runner-lock.release migration={}", id, e);
    }
  }

  private void release() throws SQLException {
    try {
      lock(id).release(connection);
    } catch (SQLException e) {
      lost = true;
      lock(id).drop(connection);
      throw e;
    }
  }

  /** The lock's connection is gone: another runner may take over. Passes by itself: relaunch. */
  public static final class LockLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LockLostException(MigrationId id) {
      super(id + ": the connection that holds the runner lock was lost, all workers stopped");
    }
  }
}

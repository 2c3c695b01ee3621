package dev.sluice.scenario;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An application beside a run: executes a script in a session of its own, one transaction each
 * time, until it is told to end.
 *
 * <p>The first error ends it: an application must not get one because a migration runs. To wait
 * longer for a lock than {@code LOCK_TIMEOUT} is one.
 */
final class Traffic implements AutoCloseable {

  private static final long PAUSE_MILLIS = 5;

  /** A chunk may hold its rows for less than a second; the rest is for slow machines. */
  private static final String LOCK_TIMEOUT = "5s";

  private static final long END_MAX_SECONDS = 30;

  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger rounds = new AtomicInteger();
  private final Connection connection;
  private volatile @Nullable SQLException error;

  private Traffic(Connection connection) {
    this.connection = connection;
  }

  /** Returns when the script was executed once. */
  static Traffic start(TestDatabase database, String script) throws SQLException {
    Traffic traffic = new Traffic(database.connect());
    traffic.execute("SET lock_timeout = '" + LOCK_TIMEOUT + "'");
    traffic.execute(script);
    Future<?> unused =
        traffic.executor.scheduleWithFixedDelay(
            () -> traffic.round(script), 0, PAUSE_MILLIS, MILLISECONDS);
    return traffic;
  }

  private void round(String script) {
    try {
      if (error == null) {
        execute(script);
        rounds.incrementAndGet();
      }
    } catch (SQLException e) {
      error = e;
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** How often the script was executed beside the run. */
  int rounds() {
    return rounds.get();
  }

  /** What the application got. */
  Optional<SQLException> error() {
    return Optional.ofNullable(error);
  }

  @Override
  public void close() throws SQLException {
    executor.shutdown();
    boolean ended = false;
    try {
      ended = executor.awaitTermination(END_MAX_SECONDS, SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connection.close();
    if (!ended) {
      throw new IllegalStateException("the application did not end");
    }
  }
}

package dev.sluice.torture;

import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server every 50 ms which sessions of the application wait for one of ours, and since
 * when.
 */
final class BlockingSampler implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(50);

  /** Takes the lock manager's own locks for a moment, as any look at pg_locks. */
  private static final String WAITS =
      """
      SELECT l.locktype = 'relation', extract(epoch FROM clock_timestamp() - l.waitstart) * 1000
      FROM pg_stat_activity AS a
      JOIN pg_locks AS l ON l.pid = a.pid AND NOT l.granted
      WHERE a.application_name = '%s'
        AND a.datname = current_database()
        AND EXISTS (SELECT
                    FROM unnest(pg_blocking_pids(a.pid)) AS blocker
                    JOIN pg_stat_activity AS s ON s.pid = blocker
                    WHERE s.application_name = 'sluice')
      """
          .formatted(Session.NAME);

  private final Victim server;
  private final TestDatabase database;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ScheduledFuture<?> sampling;
  private @Nullable Connection connection;
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicLong samples = new AtomicLong();
  private final AtomicLong waits = new AtomicLong();
  private final LongAccumulator forRowsMillis = new LongAccumulator(Long::max, 0);
  private final LongAccumulator forTableMillis = new LongAccumulator(Long::max, 0);
  private int connectedAt;

  BlockingSampler(Victim server, TestDatabase database) {
    this.server = server;
    this.database = database;
    sampling =
        timer.scheduleWithFixedDelay(this::sample, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void sample() {
    try {
      Connection open = connection;
      if (open == null) {
        connectedAt = server.moment();
        open = database.connect();
        connection = open;
      }
      try (Statement statement = open.createStatement();
          ResultSet rs = statement.executeQuery(WAITS)) {
        samples.incrementAndGet();
        while (rs.next()) {
          waits.incrementAndGet();
          (rs.getBoolean(1) ? forTableMillis : forRowsMillis).accumulate(rs.getLong(2));
        }
      }
    } catch (SQLException e) {
      connection = null;
      if (!server.excuses(connectedAt)) {
        failures.add(e.toString());
      }
    }
  }

  /** Times that a session was seen waiting for one of ours. */
  long waits() {
    return waits.get();
  }

  long samples() {
    return samples.get();
  }

  /** While a chunk is at work. */
  Duration longestForRows() {
    return Duration.ofMillis(forRowsMillis.get());
  }

  /** Behind a change of the schema that waits for the table itself: a trigger made or dropped. */
  Duration longestForTable() {
    return Duration.ofMillis(forTableMillis.get());
  }

  /** Looks that failed although the server was up. */
  List<String> failures() {
    return failures;
  }

  @Override
  public void close() {
    sampling.cancel(false);
    timer.shutdown(); // its session ends with the database
  }
}

package dev.sluice.postgres;

import com.zaxxer.hikari.HikariDataSource;
import java.io.Closeable;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends our side of sessions whose server side is gone: cut off without a word, a client waits for
 * their answers for 15 minutes (Linux gives up to resend) or for ever (nothing is under way).
 *
 * <p>A limit to each answer would do as well if statements were short; building an index is not. So
 * every few seconds the server is asked which of the sessions it still has. It drops one whose
 * client is silent ({@link ConnectionSettings}). If it does not answer itself for longer than it
 * takes to do so, it has none of them any more. Safe for concurrent use.
 */
final class SessionWatch implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(SessionWatch.class);

  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  /** More than the 20 s after which the server drops a client that is silent. */
  private static final Duration SILENCE_MAX = Duration.ofSeconds(25);

  private final HikariDataSource pool;
  private final Map<PGConnection, Integer> sessions = new WeakHashMap<>();
  private @Nullable ScheduledExecutorService watcher;
  private long answeredNanos;

  SessionWatch(HikariDataSource pool) {
    this.pool = pool;
  }

  /** Watches a session from now on; asks for its server process if it is a new one. */
  void add(Connection connection) throws SQLException {
    PGConnection session = connection.unwrap(PGConnection.class);
    synchronized (this) {
      if (sessions.containsKey(session)) {
        return;
      }
    }
    int process = PoolerProbe.serverProcess(connection);
    synchronized (this) {
      sessions.put(session, process);
      start();
    }
  }

  /** Every session that is known. */
  synchronized Set<PGConnection> sessions() {
    return Set.copyOf(sessions.keySet());
  }

  private void start() {
    if (watcher == null) {
      answeredNanos = System.nanoTime();
      watcher = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "session-watch"));
      long interval = INTERVAL.toMillis();
      var unused =
          watcher.scheduleWithFixedDelay(this::look, interval, interval, TimeUnit.MILLISECONDS);
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private void look() {
    Map<PGConnection, Integer> known;
    synchronized (this) {
      known = new HashMap<>(sessions);
    }
    try {
      Set<Integer> alive = alive(known);
      answeredNanos = System.nanoTime();
      known.values().removeAll(alive);
      end(known, "the server has no such session any more");
    } catch (SQLException e) {
      if (ServerError.of(e).isPresent() || isExhausted()) {
        answeredNanos = System.nanoTime(); // the way there is open
        return;
      }
      Duration silence = Duration.ofNanos(System.nanoTime() - answeredNanos);
      if (silence.compareTo(SILENCE_MAX) > 0) {
        end(known, "the server has not answered for %d s".formatted(silence.toSeconds()));
      }
    } catch (RuntimeException e) {
      log.debug("session.watch", e); // the pool is being closed
    }
  }

  private boolean isExhausted() {
    return pool.getHikariPoolMXBean().getActiveConnections() >= pool.getMaximumPoolSize();
  }

  /** Which of them the server still has. Reads a view of the server's, takes no lock. */
  private Set<Integer> alive(Map<PGConnection, Integer> known) throws SQLException {
    Set<Integer> alive = new HashSet<>();
    try (Connection connection = pool.getConnection()) {
      // the pool resets it
      connection.setNetworkTimeout(Runnable::run, Math.toIntExact(ANSWER_MAX.toMillis()));
      Array processes = connection.createArrayOf("int4", known.values().toArray());
      try (PreparedStatement statement =
          connection.prepareStatement("SELECT pid FROM pg_stat_activity WHERE pid = ANY (?)")) {
        statement.setArray(1, processes);
        try (ResultSet rs = statement.executeQuery()) {
          while (rs.next()) {
            alive.add(rs.getInt(1));
          }
        }
      }
    }
    return alive;
  }

  /** In a thread of its own each: with TLS, closing may wait for the peer. */
  private void end(Map<PGConnection, Integer> lost, String why) {
    lost.forEach(
        (session, process) -> {
          synchronized (this) {
            sessions.remove(session);
          }
          try {
            Connection connection = (Connection) session;
            if (!connection.isClosed()) {
              log.warn("session.lost server-process={}: {}", process, why);
              connection.abort(task -> daemon(task, "session-abort").start());
            }
          } catch (SQLException e) {
            log.debug("session.abort server-process={}", process, e);
          }
        });
  }

  @Override
  public synchronized void close() {
    if (watcher != null) {
      watcher.shutdownNow();
    }
  }
}

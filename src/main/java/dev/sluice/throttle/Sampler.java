package dev.sluice.throttle;

import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Reads the signals that are on in threads of its own: a chunk never waits for an answer.
 *
 * <p>Each is read on a connection taken for it alone, in a read-only transaction that is rolled
 * back: one that is lost or hangs costs a reading, and the next takes another. The first signal,
 * the most urgent, has a thread for itself, so that it is read while another is slow; the others
 * are read one after another. Safe for concurrent use.
 */
final class Sampler implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Sampler.class);

  private static final Duration LOOK = Duration.ofMillis(125);
  private static final Duration STATEMENT_MAX = ThrottlePolicy.WHEN_MAX;
  private static final Duration LOCK_MAX = Duration.ofSeconds(1);

  /** More than the server takes to cancel a statement: then it is the network. */
  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  private static final Duration END_MAX = Duration.ofSeconds(1);

  private final DataSource dataSource;
  private final Round urgent;
  private final Round others;
  private final Supplier<ThrottlePolicy> policy;
  private final LongSupplier nanos;
  private final Sink sink;
  private final AtomicBoolean started = new AtomicBoolean();
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(2, Sampler::daemon);

  /** Gets what was read, in the sampler's threads. */
  interface Sink {
    /** Whether anything is to be read at this moment. */
    boolean wants();

    void answered(Signal signal, Optional<String> reason);

    void failed(Signal signal, String why);

    void off(Signal signal);

    /** The most urgent signal has been read if it was due; by one thread. */
    void looked();
  }

  /**
   * @param signals the most urgent first
   * @param policy asked at each look: an operator may change it
   */
  Sampler(
      DataSource dataSource,
      List<Signal> signals,
      Supplier<ThrottlePolicy> policy,
      LongSupplier nanos,
      Sink sink) {
    this.dataSource = dataSource;
    this.urgent = new Round(signals.subList(0, 1));
    this.others = new Round(signals.subList(1, signals.size()));
    this.policy = policy;
    this.nanos = nanos;
    this.sink = sink;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "throttle");
    thread.setDaemon(true);
    return thread;
  }

  /** Again: does nothing. */
  void start() {
    if (started.compareAndSet(false, true)) {
      again(
          () -> {
            urgent.look();
            sink.looked();
          });
      again(others::look);
    }
  }

  private void again(Runnable look) {
    var unused =
        threads.scheduleWithFixedDelay(
            () -> lookSafely(look), 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void lookSafely(Runnable look) {
    try {
      look.run();
    } catch (Throwable e) { // whatever it is would end the looks without a word
      log.warn("throttle.sampler this look was cut off", e);
    }
  }

  /** Signals that one thread reads, one after another. */
  private final class Round {
    private final List<Signal> signals;
    private final Map<Signal, Long> readNanos = new HashMap<>();
    private final UnreadLog unread = new UnreadLog();

    Round(List<Signal> signals) {
      this.signals = List.copyOf(signals);
    }

    void look() {
      if (sink.wants()) {
        ThrottlePolicy now = policy.get();
        signals.forEach(signal -> readIfDue(signal, now));
      } else {
        signals.forEach(this::rest);
      }
    }

    private void readIfDue(Signal signal, ThrottlePolicy now) {
      if (!signal.isOn(now)) {
        unread.forget(signal);
        rest(signal);
        return;
      }
      Long last = readNanos.get(signal);
      if (last != null && nanos.getAsLong() - last < signal.interval().toNanos()) {
        return;
      }
      try {
        sink.answered(signal, read(signal, now));
        unread.answered(signal);
      } catch (SQLException | RuntimeException e) { // a bug, too, must not hinder the others
        log.debug("throttle.unread signal={}", signal.name(), e);
        String why = why(e);
        sink.failed(signal, why);
        unread.failed(signal, why, nanos.getAsLong());
      }
      readNanos.put(signal, nanos.getAsLong());
    }

    /** Nobody waits for an answer; whether it failed before the rest is known after it. */
    private void rest(Signal signal) {
      readNanos.remove(signal);
      sink.off(signal);
    }
  }

  private static String why(Exception error) {
    if (error instanceof Signal.UnreadableException) {
      return String.valueOf(error.getMessage());
    }
    if (!(error instanceof SQLException || error instanceof DataAccessException)) {
      return error.toString();
    }
    return ServerError.of(error)
        .map(ServerError::textWithoutValues)
        .orElseGet(() -> SqlStates.message(error));
  }

  private Optional<String> read(Signal signal, ThrottlePolicy now) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setNetworkTimeout(Runnable::run, Math.toIntExact(ANSWER_MAX.toMillis()));
      connection.setAutoCommit(false);
      try {
        begin(connection);
        return signal.read(new JdbcTemplate(new SingleConnectionDataSource(connection, true)), now);
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  private static void begin(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          SET TRANSACTION READ ONLY;
          SET LOCAL statement_timeout = %d;
          SET LOCAL lock_timeout = %d
          """
              .formatted(STATEMENT_MAX.toMillis(), LOCK_MAX.toMillis()));
    }
  }

  /** Waits a moment for a reading that is under way; it ends by itself, and does no harm. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        log.debug("throttle.sampler a reading is under way still");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

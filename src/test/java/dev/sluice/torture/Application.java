package dev.sluice.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The sessions of an application that never stops: six that write anywhere, two that write where
 * the migration is at work, and three that hold rows.
 *
 * <p>Each transaction writes its number into {@code committed}, so that after a COMMIT that got no
 * answer the database itself tells whether it happened.
 */
final class Application implements AutoCloseable {
  private static final int WRITERS = 6;
  private static final int CHASERS = 2;
  private static final int HOLDERS = 3;
  private static final Duration THINKING_MAX = Duration.ofMillis(40);
  private static final Duration END_MAX = Duration.ofMinutes(1);

  private final Victim server;
  private final TestDatabase database;
  private final Form form;
  private final Model model;
  private final Latencies latencies = new Latencies();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<CompletableFuture<Void>> sessions = new ArrayList<>();
  private final AtomicBoolean ending = new AtomicBoolean();
  private final AtomicLong tokens = new AtomicLong();
  private final AtomicLong transactions = new AtomicLong();
  private final AtomicLong excused = new AtomicLong();
  private final AtomicLong asked = new AtomicLong();
  private final List<String> errors = new CopyOnWriteArrayList<>();

  /** Fair: a transaction that leaves work to the migration reads, the end of that writes. */
  private final ReadWriteLock leavingDue = new ReentrantReadWriteLock(true);

  private volatile boolean mayLeaveDue = true;

  /** Until the first checkpoint there may be no trigger yet. */
  private volatile SyncRule reliedOn = SyncRule.NONE;

  Application(Victim server, TestDatabase database, Form form, Model model) {
    this.server = server;
    this.database = database;
    this.form = form;
    this.model = model;
  }

  /** One transaction; it is committed afterwards, or rolled back. */
  interface Work {
    void run(ModelTransaction transaction, Session session, boolean mayLeaveDue)
        throws SQLException;
  }

  void start(int rows, long seed) {
    for (int i = 0; i < WRITERS; i++) {
      Random random = new Random(seed + i);
      repeat(new Writer(model, form, rows, tokens, random), random);
    }
    for (int i = 0; i < CHASERS; i++) {
      Random random = new Random(seed + WRITERS + i);
      Writer writer = new Writer(model, form, rows, tokens, random);
      repeat(new Chaser(model, form.kind(), writer, random), random);
    }
    for (int i = 0; i < HOLDERS; i++) {
      Random random = new Random(seed + WRITERS + CHASERS + i);
      repeat(new Holder(model, random), random);
    }
  }

  private void repeat(Work work, Random random) {
    sessions.add(CompletableFuture.runAsync(() -> repeatUntilTheEnd(work, random), threads));
  }

  private void repeatUntilTheEnd(Work work, Random random) {
    try (Session session = new Session(server, database, latencies)) {
      while (!ending.get()) {
        leavingDue.readLock().lock();
        try {
          transaction(work, session, random);
        } finally {
          leavingDue.readLock().unlock();
        }
        pause(session, random);
      }
    }
  }

  private void transaction(Work work, Session session, Random random) {
    ModelTransaction transaction = new ModelTransaction(model, form, reliedOn, session);
    long token = tokens.incrementAndGet();
    try {
      work.run(transaction, session, mayLeaveDue);
      if (random.nextInt(20) == 0) {
        session.rollback();
      } else {
        session.update("INSERT INTO committed VALUES (?)", List.of(token));
        commit(session, token, transaction);
      }
    } catch (SQLException e) {
      failed(session, e);
    } finally {
      transaction.end();
    }
  }

  private void commit(Session session, long token, ModelTransaction transaction)
      throws SQLException {
    try {
      session.commit();
    } catch (SQLException e) {
      failed(session, e);
      asked.incrementAndGet();
      if (!session.isTrue(
          "SELECT EXISTS (SELECT FROM committed WHERE token = ?)", List.of(token))) {
        return;
      }
    }
    transaction.committed();
    transactions.incrementAndGet();
  }

  private void pause(Session session, Random random) {
    try {
      session.think(Duration.ofMillis(random.nextLong(THINKING_MAX.toMillis())));
      session.rollback(); // a SELECT has begun a transaction
    } catch (SQLException e) {
      failed(session, e);
    }
  }

  /** After any error a session goes on with a new connection. */
  private void failed(Session session, SQLException error) {
    if (session.isExcused(error)) {
      excused.incrementAndGet();
    } else {
      errors.add(error.getSQLState() + " " + error.getMessage());
    }
    session.close();
  }

  /**
   * From now on the application may leave the other shape to the trigger, which is there. Waits for
   * nobody: a transaction at hand goes on without relying on it.
   */
  void relyOnSync() {
    reliedOn = form.rule();
  }

  /**
   * From now on no row comes under the guard; returns when all transactions have ended that may
   * have brought one there.
   */
  void leaveNoMoreDue() {
    leavingDue.writeLock().lock();
    try {
      mayLeaveDue = false;
    } finally {
      leavingDue.writeLock().unlock();
    }
  }

  long transactions() {
    return transactions.get();
  }

  Latencies latencies() {
    return latencies;
  }

  /** Errors that no restart of the server excuses. */
  List<String> errors() {
    return errors;
  }

  String counts() {
    return "%,d transactions, %d errors, %d more at restarts of the server (%d commits had to be asked for)"
        .formatted(transactions.get(), errors.size(), excused.get(), asked.get());
  }

  /** Ends after the transactions at hand. */
  void end() {
    ending.set(true);
    for (CompletableFuture<Void> session : sessions) {
      assertThat(session).as("a session of the application").succeedsWithin(END_MAX);
    }
  }

  @Override
  public void close() {
    ending.set(true);
    threads.shutdownNow();
  }
}

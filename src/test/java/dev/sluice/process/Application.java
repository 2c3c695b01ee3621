package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** The sessions of an application that writes while a migration runs. Ends with {@link #close}. */
final class Application implements AutoCloseable {

  private final TestDatabase database;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<CompletableFuture<Void>> sessions = new ArrayList<>();
  private final AtomicBoolean ending = new AtomicBoolean();
  private final AtomicLong transactions = new AtomicLong();

  Application(TestDatabase database) {
    this.database = database;
  }

  /** One transaction; it is committed afterwards. */
  interface Work {
    void run(Statement statement, Random random) throws SQLException;
  }

  /** Repeats a transaction in a session of its own. Its first error ends the session. */
  Application session(int seed, Work work) {
    sessions.add(CompletableFuture.runAsync(() -> repeat(seed, work), threads));
    return this;
  }

  private void repeat(int seed, Work work) {
    Random random = new Random(seed);
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET application_name = 'application'");
      connection.setAutoCommit(false);
      while (!ending.get()) {
        work.run(statement, random);
        connection.commit();
        transactions.incrementAndGet();
        statement.execute(
            "SELECT pg_sleep(0.002)"); // think time, or the migration gets no processor
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getSQLState() + " " + e.getMessage(), e);
    }
  }

  long transactions() {
    return transactions.get();
  }

  /** Ends after the transactions at hand; every one of them must have been without an error. */
  void end() {
    ending.set(true);
    for (CompletableFuture<Void> session : sessions) {
      assertThat(session).as("a session of the application").succeedsWithin(Duration.ofMinutes(1));
    }
  }

  @Override
  public void close() {
    ending.set(true);
    threads.shutdownNow();
  }
}

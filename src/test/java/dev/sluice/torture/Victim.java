package dev.sluice.torture;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SeparateServer;
import dev.sluice.testing.TestDatabase;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server that is killed, and who may complain about that. Thread-safe.
 *
 * <p>A session notes {@link #moment} before it connects. Whatever it fails with is excused if the
 * moment is another one by then: the server was killed, or was starting, in between.
 */
final class Victim implements AutoCloseable {
  private final SeparateServer server = PostgresServer.startSeparate(Map.of());
  private final AtomicInteger moment = new AtomicInteger();

  TestDatabase newDatabase() {
    return server.newDatabase();
  }

  /** Kills all processes of the server at once and starts it again; returns when it is up. */
  void restart() {
    moment.incrementAndGet();
    server.kill();
    server.start();
    moment.incrementAndGet();
  }

  /** Counts up when the server goes and when it is back. */
  int moment() {
    return moment.get();
  }

  /** While the server is down nothing is excused by two equal moments alone. */
  boolean excuses(int since) {
    int now = moment.get();
    return now != since || now % 2 == 1;
  }

  @Override
  public void close() {
    server.close();
  }
}

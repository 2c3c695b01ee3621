package dev.sluice.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Consumer;

/** Listens on a free port of the loopback, in place of a PostgreSQL server. Thread-safe. */
final class Loopback implements Closeable {
  private static final int BACKLOG = 128;

  private final String name;
  private final ServerSocket listening;

  /**
   * @param name of its threads
   * @param client gets each connection, on the one thread that accepts them
   */
  Loopback(String name, Consumer<Socket> client) {
    this.name = name;
    try {
      listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(() -> accept(client));
  }

  /** Without user and password. */
  String jdbcUrl(String database) {
    return "jdbc:postgresql://localhost:%d/%s".formatted(listening.getLocalPort(), database);
  }

  /** On a thread that keeps no program alive. */
  void start(Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(Consumer<Socket> client) {
    while (!listening.isClosed()) {
      try {
        client.accept(listening.accept());
      } catch (IOException e) {
        // closed
      }
    }
  }

  /** Accepts no more; connections stay. */
  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

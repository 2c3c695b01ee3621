package dev.sluice.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A real PgBouncer before a server, where the machine has one. */
public final class PgBouncer implements Closeable {
  private static final Duration READY_MAX = Duration.ofSeconds(10);

  private final Process process;
  private final int port;

  private PgBouncer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  public static boolean isInstalled() {
    try {
      return new ProcessBuilder("pgbouncer", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * @param directory for its configuration
   * @param mode {@code session}, {@code transaction} or {@code statement}
   */
  public static PgBouncer start(PostgresServer server, Path directory, String mode) {
    try {
      int port = freePort();
      URI to = URI.create(server.jdbcUrl("x").substring("jdbc:".length()));
      Path file = directory.resolve("pgbouncer-" + mode + ".ini");
      Files.writeString(
          file,
          """
          [databases]
          * = host=%s port=%d user=%s password=%s
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          unix_socket_dir =
          auth_type = any
          pool_mode = %s
          default_pool_size = 20
          ignore_startup_parameters = extra_float_digits
          """
              .formatted(to.getHost(), to.getPort(), server.user(), server.password(), port, mode));
      List<String> words = new ArrayList<>(List.of("pgbouncer", "-q"));
      if (System.getProperty("user.name").equals("root")) {
        words.addAll(List.of("-u", "nobody")); // it refuses to run as root
      }
      words.add(file.toString());
      Process process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("pgbouncer.log").toFile())
              .start();
      PgBouncer bouncer = new PgBouncer(process, port);
      Awaitility.await("pgbouncer")
          .atMost(READY_MAX)
          .pollInterval(Duration.ofMillis(50))
          .ignoreExceptions()
          .until(bouncer::listens);
      return bouncer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private boolean listens() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    }
  }

  /** Without user and password. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

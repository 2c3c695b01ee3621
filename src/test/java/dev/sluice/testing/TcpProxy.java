package dev.sluice.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a client and a server, and can swallow what they say to each other: a network that
 * is cut without a FIN. The sockets stay open and their keepalives are answered on both sides,
 * which is the hardest case: neither kernel notices. Thread-safe.
 */
public final class TcpProxy implements Closeable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final String host;
  private final int port;
  private final Loopback loopback;
  private final List<Link> links = new CopyOnWriteArrayList<>();
  private volatile boolean swallowNew;

  /** Listens on a free port of the loopback. */
  TcpProxy(String host, int port) {
    this.host = host;
    this.port = port;
    this.loopback = new Loopback("tcp-proxy", this::forward);
  }

  /** Without user and password. */
  public String jdbcUrl(String database) {
    return loopback.jdbcUrl(database);
  }

  /** Swallows everything on all connections, those to come included, until {@link #heal}. */
  public void cutAll() {
    swallowNew = true;
    links.forEach(link -> link.cut = true);
  }

  /** Swallows what new connections say, until {@link #heal}; those that stand go on. */
  public void cutNew() {
    swallowNew = true;
  }

  /**
   * Swallows what one connection says, for good.
   *
   * @param serverSidePort {@code client_port} of its session in {@code pg_stat_activity}
   */
  public void cut(int serverSidePort) {
    links.stream()
        .filter(link -> link.toServer.getLocalPort() == serverSidePort)
        .forEach(link -> link.cut = true);
  }

  /** New connections pass again; those that were cut stay cut and open. */
  public void heal() {
    swallowNew = false;
  }

  private void forward(Socket client) {
    try {
      Link link = new Link(client, new Socket(host, port), swallowNew);
      links.add(link);
      loopback.start(() -> link.pump(link.client, link.toServer));
      loopback.start(() -> link.pump(link.toServer, link.client));
    } catch (IOException e) {
      closeQuietly(client); // the server is down
    }
  }

  /** How often a client has spoken after an answer, on all connections since the start. */
  public long roundTrips() {
    return links.stream().mapToLong(link -> link.roundTrips.get()).sum();
  }

  private static final class Link {
    private final Socket client;
    private final Socket toServer;
    private final AtomicLong roundTrips = new AtomicLong();
    private final AtomicBoolean answered = new AtomicBoolean(true);
    private volatile boolean cut;

    /**
     * Passes on at once what it reads, as a network does: held back, an answer takes 40 ms more.
     */
    Link(Socket client, Socket toServer, boolean cut) throws IOException {
      client.setTcpNoDelay(true);
      toServer.setTcpNoDelay(true);
      this.client = client;
      this.toServer = toServer;
      this.cut = cut;
    }

    void pump(Socket from, Socket to) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          count(from);
          if (!cut) {
            out.write(buffer, 0, read);
          }
        }
      } catch (IOException e) {
        // one side is gone, which the other is told below
      }
      if (!cut) {
        close();
      }
    }

    private void count(Socket from) {
      if (from == toServer) {
        answered.set(true);
      } else if (answered.compareAndSet(true, false)) {
        roundTrips.incrementAndGet();
      }
    }

    void close() {
      closeQuietly(client);
      closeQuietly(toServer);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is gone already
    }
  }

  /** Closes every connection, the cut ones too. */
  @Override
  public void close() {
    loopback.close();
    links.forEach(Link::close);
  }
}

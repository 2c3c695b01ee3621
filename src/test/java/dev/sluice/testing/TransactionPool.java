package dev.sluice.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/**
 * A pooler that lends a session of the server for one transaction, as PgBouncer does with {@code
 * pool_mode = transaction}: it logs clients in itself, tells them a key of its own making, and
 * resets nothing when a session goes back. The server must trust it; one role and database for all.
 */
public final class TransactionPool implements Closeable {
  private static final int SSL_REQUEST = 80877103;
  private static final int GSS_REQUEST = 80877104;
  private static final int BUFFER_BYTES = 8192;

  private final String host;
  private final int port;
  private final boolean inTurn;
  private final Loopback loopback;
  private final Deque<Session> idle = new ArrayDeque<>();
  private final Random random = new Random();

  /**
   * @param inTurn whether it hands out the session that has been idle for longest; else the one
   *     that was used last
   */
  TransactionPool(String host, int port, boolean inTurn) {
    this.host = host;
    this.port = port;
    this.inTurn = inTurn;
    this.loopback = new Loopback("transaction-pool", this::accept);
  }

  /** Without user and password. */
  public String jdbcUrl(String database) {
    return loopback.jdbcUrl(database);
  }

  private void accept(Socket client) {
    loopback.start(() -> serve(client));
  }

  /** One session of the server. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record Session(DataInputStream in, DataOutputStream out, byte[] greeting) {}

  /** Type 0: the first message of a client has none. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Message(int type, byte[] body) {
    static Message read(DataInputStream in) throws IOException {
      return readBody(in.readUnsignedByte(), in);
    }

    static Message readBody(int type, DataInputStream in) throws IOException {
      byte[] body = new byte[in.readInt() - Integer.BYTES];
      in.readFully(body);
      return new Message(type, body);
    }

    void write(DataOutputStream out) throws IOException {
      if (type != 0) {
        out.writeByte(type);
      }
      out.writeInt(body.length + Integer.BYTES);
      out.write(body);
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      Message startup = startup(in, out);
      Session first = take(startup);
      greet(out, first);
      giveBack(first);
      Session held = null;
      ByteArrayOutputStream asked = new ByteArrayOutputStream(BUFFER_BYTES);
      while (true) {
        Message message = Message.read(in);
        if (message.type() == 'X') {
          return;
        }
        message.write(new DataOutputStream(asked));
        if (message.type() == 'Q' || message.type() == 'S') {
          held = held == null ? take(startup) : held;
          held.out().write(asked.toByteArray());
          held.out().flush();
          asked.reset();
          if (answer(held, out) == 'I') {
            giveBack(held);
            held = null;
          }
        }
      }
    } catch (EOFException e) {
      // the client has gone
    } catch (IOException e) {
      // or was killed
    }
  }

  private static Message startup(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      Message message = Message.readBody(0, in);
      int code = ByteBuffer.wrap(message.body()).getInt();
      if (code != SSL_REQUEST && code != GSS_REQUEST) {
        return message;
      }
      out.writeByte('N');
      out.flush();
    }
  }

  private void greet(DataOutputStream out, Session session) throws IOException {
    new Message('R', new byte[Integer.BYTES]).write(out);
    out.write(session.greeting());
    byte[] key = new byte[2 * Integer.BYTES];
    random.nextBytes(key);
    new Message('K', key).write(out);
    new Message('Z', new byte[] {'I'}).write(out);
    out.flush();
  }

  private Session take(Message startup) throws IOException {
    synchronized (idle) {
      Session session = inTurn ? idle.pollLast() : idle.pollFirst();
      if (session != null && !(inTurn && idle.isEmpty())) {
        return session;
      }
      if (session != null) {
        idle.push(session); // in turn there are two at least
      }
    }
    return connect(startup);
  }

  private void giveBack(Session session) {
    synchronized (idle) {
      idle.push(session);
    }
  }

  private Session connect(Message startup) throws IOException {
    Socket socket = new Socket(host, port);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    startup.write(out);
    out.flush();
    ByteArrayOutputStream greeting = new ByteArrayOutputStream(BUFFER_BYTES);
    Message message = Message.read(in);
    for (; message.type() != 'Z'; message = Message.read(in)) {
      if (message.type() == 'S') {
        message.write(new DataOutputStream(greeting));
      } else if (message.type() == 'E' || passwordWanted(message)) {
        throw new IOException("the server does not trust the pooler");
      }
    }
    return new Session(in, out, greeting.toByteArray());
  }

  private static boolean passwordWanted(Message message) {
    return message.type() == 'R' && ByteBuffer.wrap(message.body()).getInt() != 0;
  }

  /** Returns the transaction's state: 'I' for none. */
  private static int answer(Session session, DataOutputStream out) throws IOException {
    Message message;
    do {
      message = Message.read(session.in());
      message.write(out);
    } while (message.type() != 'Z');
    out.flush();
    return message.body()[0];
  }

  @Override
  public void close() {
    loopback.close();
  }
}

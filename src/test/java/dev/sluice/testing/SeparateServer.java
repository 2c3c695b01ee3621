package dev.sluice.testing;

/** A server that one test has for itself and may stop. Port and data stay the same throughout. */
public final class SeparateServer extends PostgresServer implements AutoCloseable {
  private final ServerProcess process;

  SeparateServer(ServerProcess process) {
    super(process);
    this.process = process;
  }

  /** Starts it again after {@link #stop} or {@link #kill}; returns when it accepts connections. */
  public void start() {
    process.start();
    awaitConnections();
  }

  /** Fast shutdown: open sessions end with SQLSTATE 57P01. */
  public void stop() {
    process.stop();
  }

  /**
   * Kills every process of the server at once; what was committed is there after {@link #start}.
   */
  public void kill() {
    process.kill();
  }

  /** Stops the server and deletes its data. */
  @Override
  public void close() {
    process.close();
  }
}

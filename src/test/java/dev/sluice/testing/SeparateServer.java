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

  /** Immediate shutdown: open sessions end with SQLSTATE 57P02; {@link #start} recovers. */
  public void stopImmediately() {
    process.stopImmediately();
  }

  /**
   * Starts it again as what a primary is after a failover: a standby, which answers and takes no
   * writes until {@code SELECT pg_promote()}.
   */
  public void restartAsStandby() {
    admin()
        .sql(
            """
            DO $$ BEGIN
              EXECUTE format('COPY (SELECT 1) TO %L',
                             current_setting('data_directory') || '/standby.signal');
            END $$
            """)
        .update();
    stop();
    start();
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

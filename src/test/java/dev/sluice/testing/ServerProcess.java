package dev.sluice.testing;

/**
 * The processes of one server. Port and data stay the same through {@link #stop}, {@link #kill} and
 * the next {@link #start}.
 */
interface ServerProcess extends AutoCloseable {
  /** One word for messages: "embedded", "testcontainers". */
  String provider();

  String host();

  int port();

  /** Returns at the latest when connections are accepted, or may return a moment before. */
  void start();

  /** Fast shutdown: open sessions end with SQLSTATE 57P01, a checkpoint is written. */
  void stop();

  /** Immediate shutdown: sessions end with 57P02 or without a word, the next start recovers. */
  void stopImmediately();

  /** SIGKILL to every process at once: nothing is flushed, the next start recovers from the log. */
  void kill();

  /** Stops the server and deletes its data. May be called twice. */
  @Override
  void close();
}

package dev.sluice.backfill;

import dev.sluice.control.Epoch;
import java.time.Duration;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * How long the statements of one transaction may take: together what {@link ChunkTimes} gives them.
 * The server knows a limit for each only, so that what the first ones took is taken from that of
 * the next.
 *
 * <p>To set one is a round trip, so that it waits until a sixteenth of the whole has passed since
 * the last. A statement that begins before may end that much later; {@link ChunkTimes} leaves room
 * for it.
 */
final class StatementLimits {

  private static final int SLACK_SHARE = 16;

  private final JdbcOperations jdbc;
  private final long begin = System.nanoTime();
  private final Duration all;
  private long set = begin;

  /**
   * Begins now.
   *
   * @param all what {@link Epoch#enter} sets for the first statement
   */
  StatementLimits(JdbcOperations jdbc, Duration all) {
    this.jdbc = jdbc;
    this.all = all;
  }

  /** Limits the statement that follows. */
  void next() {
    long now = System.nanoTime();
    if (now - set > all.toNanos() / SLACK_SHARE) {
      long left = Math.max(1, all.minusNanos(now - begin).toMillis());
      jdbc.query(
          "SELECT set_config('lock_timeout', ?, true), set_config('statement_timeout', ?, true)",
          rs -> {},
          Long.toString(Epoch.lockLimitMillis(Duration.ofMillis(left))),
          Long.toString(left));
      set = now;
    }
  }

  /** Since the transaction began. */
  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}

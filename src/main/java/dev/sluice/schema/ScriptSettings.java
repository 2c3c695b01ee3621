package dev.sluice.schema;

import java.time.Duration;

/**
 * Bounds for what a schema file does to a table in use.
 *
 * @param lockTimeout how long the statements of one transaction may wait for locks together, 1 ms
 *     to 1 min; as long is the application at most held up behind them
 * @param indexLockTimeout how long a step CONCURRENTLY may wait, 1 ms to 1 d; nobody is held up
 *     behind it, and giving up throws away a built index
 * @param statementTimeout how long a statement may work that holds a strong lock, 1 ms to 1 h
 * @param attempts for each transaction, 1 to 1000
 * @param totalTime after which no further attempt is made, 1 ms to 7 d
 */
public record ScriptSettings(
    Duration lockTimeout,
    Duration indexLockTimeout,
    Duration statementTimeout,
    int attempts,
    Duration totalTime) {

  /**
   * For an autovacuum that is in the way a lock is waited for half a second longer than
   * PostgreSQL's {@code deadlock_timeout} of 1 s: not before that does the server cancel it. For
   * anybody else it is less, see {@link LockLimit}. A catalog change is over in milliseconds; one
   * that is not after 5 s scans or rewrites the table, under its lock. 30 attempts with pauses
   * growing to 30 s fill about 13 minutes, of which the application may have waited 45 seconds in
   * pieces.
   */
  public static final ScriptSettings DEFAULT =
      new ScriptSettings(
          Duration.ofMillis(1500),
          Duration.ofMinutes(10),
          Duration.ofSeconds(5),
          30,
          Duration.ofMinutes(15));

  private static final int ATTEMPTS_MAX = 1000;

  public ScriptSettings {
    check("lockTimeout", lockTimeout, Duration.ofMinutes(1));
    check("indexLockTimeout", indexLockTimeout, Duration.ofDays(1));
    check("statementTimeout", statementTimeout, Duration.ofHours(1));
    check("totalTime", totalTime, Duration.ofDays(7));
    if (attempts < 1 || attempts > ATTEMPTS_MAX) {
      throw new IllegalArgumentException(
          "attempts must be 1 to %d, got %d".formatted(ATTEMPTS_MAX, attempts));
    }
  }

  /** The same with fewer attempts, or more. */
  ScriptSettings withAttempts(int newAttempts) {
    return new ScriptSettings(
        lockTimeout, indexLockTimeout, statementTimeout, newAttempts, totalTime);
  }

  private static void check(String name, Duration value, Duration max) {
    if (value.toMillis() < 1 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "%s must be 1 ms to %s, got %s".formatted(name, max, value));
    }
  }
}

package dev.sluice.throttle;

import dev.sluice.migration.ThrottlePolicy;
import java.time.Duration;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * One thing that the server is asked for, and what its answer means for the next chunk.
 *
 * <p>Read by one thread, in a read-only transaction of its own that is bounded in time; never in a
 * chunk's.
 */
interface Signal {

  /** What a run says that it waits for: {@code replica lag}. */
  String name();

  /** Whether the policy asks for it. */
  boolean isOn(ThrottlePolicy policy);

  /**
   * What it means that it cannot be read. A signal that is on without being asked for must not stop
   * a role that may not read it.
   */
  default boolean isAskedFor() {
    return true;
  }

  /** Whether fewer workers would be less of it. */
  default boolean isLoad() {
    return true;
  }

  /** Whether who only reads is to wait for it, too. */
  default boolean concernsReading() {
    return false;
  }

  Duration interval();

  /**
   * Why the run is to wait, shown as it is; empty: it may go on.
   *
   * @throws UnreadableException if the server's answer says nothing
   * @throws org.springframework.dao.DataAccessException if there is none
   */
  Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy);

  /** The answer cannot be had, and the message says why and what to do. */
  final class UnreadableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }

    /**
     * @param why empty: it can
     */
    static void throwIfAny(Optional<String> why) {
      why.ifPresent(
          message -> {
            throw new UnreadableException(message);
          });
    }
  }
}

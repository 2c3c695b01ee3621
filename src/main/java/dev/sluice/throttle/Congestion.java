package dev.sluice.throttle;

import java.time.Duration;
import java.util.Optional;

/**
 * Answers harm that the run does itself, as congestion control does: it stops at once, goes on when
 * a sample shows no harm any more, and stops for twice as long each time that its going on does
 * harm again. After a time without harm the stops get shorter again.
 *
 * <p>Without samples it lets the run go on: who may not tell is not held back for it. Safe for
 * concurrent use.
 */
final class Congestion {

  static final Duration HOLD_MIN = Duration.ofMillis(250);
  static final Duration HOLD_MAX = Duration.ofSeconds(2);

  /** Harm within this time after going on is the same harm again. */
  static final Duration CALM = Duration.ofSeconds(2);

  private static final Duration ASK_AGAIN = Duration.ofMillis(50);

  private final String signal;
  private String reason = "";
  private boolean holding;
  private boolean wentOn;
  private long holdNanos = HOLD_MIN.toNanos();
  private long goOnNanos;
  private long flowingSinceNanos;
  private long sampledNanos;
  private long harms;

  Congestion(String signal) {
    this.signal = signal;
  }

  /**
   * A sample.
   *
   * @param harm empty: none
   */
  synchronized void sampled(Optional<String> harm, long nowNanos) {
    sampledNanos = nowNanos;
    if (harm.isPresent()) {
      reason = harm.get();
      hold(nowNanos);
    } else if (holding) {
      goOn(nowNanos);
    } else if (nowNanos - flowingSinceNanos >= CALM.toNanos()) {
      holdNanos = Math.max(HOLD_MIN.toNanos(), holdNanos / 2);
      flowingSinceNanos = nowNanos;
      wentOn = false;
    }
  }

  private void hold(long nowNanos) {
    if (holding) {
      return;
    }
    if (wentOn && nowNanos - flowingSinceNanos < CALM.toNanos()) {
      holdNanos = Math.min(HOLD_MAX.toNanos(), holdNanos * 2);
    }
    holding = true;
    harms++;
    goOnNanos = nowNanos + holdNanos;
  }

  private void goOn(long nowNanos) {
    if (nowNanos - goOnNanos >= 0) {
      holding = false;
      wentOn = true;
      flowingSinceNanos = nowNanos;
    }
  }

  /** Empty: the run may go on. */
  synchronized Optional<Pace.Wait> pace(long nowNanos) {
    return isHolding(nowNanos)
        ? Optional.of(new Pace.Wait(signal, reason, ASK_AGAIN))
        : Optional.empty();
  }

  synchronized boolean isHolding(long nowNanos) {
    return holding && nowNanos - sampledNanos < Readings.AGE_MAX.toNanos();
  }

  /** How often it has stopped the run. */
  synchronized long harms() {
    return harms;
  }
}

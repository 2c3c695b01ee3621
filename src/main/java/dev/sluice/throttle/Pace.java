package dev.sluice.throttle;

import java.time.Duration;

/** What the throttle answers before each chunk. */
public sealed interface Pace {

  /** The next chunk may begin. */
  record Proceed() implements Pace {}

  /**
   * The next chunk may not begin yet.
   *
   * @param signal what it waits for, without this moment's figures: the same as long as it waits
   *     for the same, so that a log tells it once
   * @param reason shown to the operator as it is: "replica lag 3.2 s > 2.0 s"
   * @param atMost after that it is asked again, and sooner if it likes
   */
  record Wait(String signal, String reason, Duration atMost) implements Pace {
    public Wait {
      if (atMost.isNegative() || atMost.isZero()) {
        throw new IllegalArgumentException("atMost must be above 0, got " + atMost);
      }
    }
  }

  Pace PROCEED = new Proceed();
}

package dev.sluice.throttle;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each signal, and how old that is. What was asked for and is not known counts as
 * a reason to wait: until the first answer, and once the last one is older than {@link #AGE_MAX}.
 *
 * <p>Safe for concurrent use: one thread reads, others ask.
 */
final class Readings {

  static final Duration AGE_MAX = Duration.ofSeconds(10);

  private static final Duration ASK_AGAIN = Duration.ofMillis(100);

  private final Map<Signal, Reading> readings = new ConcurrentHashMap<>();

  /**
   * The state of a signal.
   *
   * @param reason of the last answer; null: it was none
   * @param sinceNanos of the last answer, or, without one, when it was asked for first
   * @param failure why there was no answer the last time; null: there was, or not yet
   */
  private record Reading(
      boolean answered, @Nullable String reason, long sinceNanos, @Nullable String failure) {}

  void answered(Signal signal, Optional<String> reason, long nowNanos) {
    readings.put(signal, new Reading(true, reason.orElse(null), nowNanos, null));
  }

  void failed(Signal signal, String why, long nowNanos) {
    readings.compute(
        signal,
        (key, last) ->
            last == null
                ? new Reading(false, null, nowNanos, why)
                : new Reading(last.answered, last.reason, last.sinceNanos, why));
  }

  /** It is off: what it said is of no meaning when it is turned on again. */
  void forget(Signal signal) {
    readings.remove(signal);
  }

  /** Empty: it is no reason to wait. */
  Optional<Pace.Wait> of(Signal signal, long nowNanos) {
    Reading reading =
        readings.computeIfAbsent(signal, key -> new Reading(false, null, nowNanos, null));
    Duration age = Duration.ofNanos(nowNanos - reading.sinceNanos);
    if (age.compareTo(AGE_MAX) >= 0) {
      return signal.isAskedFor() ? Optional.of(unread(signal, reading, age)) : Optional.empty();
    }
    if (!reading.answered) {
      return signal.isAskedFor()
          ? Optional.of(wait(signal, unanswered(signal, reading)))
          : Optional.empty();
    }
    return Optional.ofNullable(reading.reason).map(reason -> wait(signal, reason));
  }

  /** Whether its last answer holds, and is a reason to wait. */
  boolean isReason(Signal signal, long nowNanos) {
    Reading reading = readings.get(signal);
    return reading != null
        && reading.reason != null
        && nowNanos - reading.sinceNanos < AGE_MAX.toNanos();
  }

  private static String unanswered(Signal signal, Reading reading) {
    return reading.failure == null
        ? "%s is not read yet".formatted(signal.name())
        : "%s cannot be read: %s".formatted(signal.name(), reading.failure);
  }

  private static Pace.Wait unread(Signal signal, Reading reading, Duration age) {
    String why = reading.failure == null ? "the server does not answer" : reading.failure;
    return wait(
        signal, "%s could not be read for %d s: %s".formatted(signal.name(), age.toSeconds(), why));
  }

  private static Pace.Wait wait(Signal signal, String reason) {
    return new Pace.Wait(signal.name(), reason, ASK_AGAIN);
  }
}

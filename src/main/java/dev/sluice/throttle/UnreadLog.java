package dev.sluice.throttle;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that a signal cannot be read, when that has lasted for as long as an answer counts, and
 * once that it answers again. Used by one thread.
 *
 * <p>One that is on by default holds nothing up when it fails: but for this line nobody would know
 * that it protects nobody.
 */
final class UnreadLog {

  private static final Logger log = LoggerFactory.getLogger(UnreadLog.class);

  private final Map<Signal, Failing> failing = new HashMap<>();

  /** Since the last answer. */
  private record Failing(long sinceNanos, boolean told) {}

  void failed(Signal signal, String why, long nowNanos) {
    Failing last = failing.computeIfAbsent(signal, key -> new Failing(nowNanos, false));
    if (!last.told && nowNanos - last.sinceNanos >= Readings.AGE_MAX.toNanos()) {
      log.warn(
          "throttle.unread signal={} cannot be read, and the run {}: {}",
          signal.name(),
          signal.isAskedFor() ? "waits until it can be" : "does not wait for it",
          why);
      failing.put(signal, new Failing(last.sinceNanos, true));
    }
  }

  void answered(Signal signal) {
    Failing last = failing.remove(signal);
    if (last != null && last.told) {
      log.info("throttle.read signal={} answers again", signal.name());
    }
  }

  /** Nobody asks for it any more. */
  void forget(Signal signal) {
    failing.remove(signal);
  }
}

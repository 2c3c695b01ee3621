package dev.sluice.control;

import dev.sluice.control.Steered.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells the database what a launch does: at once where it begins or ends to wait, else every two
 * seconds, and only what has changed. Used by one thread at a time, never by a worker.
 */
final class ActivityReport {

  private static final Duration CHANGE = Duration.ofMillis(400);
  private static final Duration FIGURES = Duration.ofSeconds(2);

  private final Activities activities;
  private final Epoch epoch;
  private final PauseGate gate;
  private final Steered steered;
  private final RecentRate rate;
  private final WaitLog waits;
  private @Nullable Activity written;
  private Instant writtenAt = Instant.MIN;
  private @Nullable String writtenSignal;

  ActivityReport(
      CommandWatch.Tables tables, Epoch epoch, PauseGate gate, Steered steered, RecentRate rate) {
    this.activities = tables.activities();
    this.epoch = epoch;
    this.gate = gate;
    this.steered = steered;
    this.rate = rate;
    this.waits = new WaitLog(epoch.id());
  }

  void report() {
    Instant now = Instant.EPOCH.plusNanos(System.nanoTime()); // of no calendar: it never jumps
    Waiting throttled = steered.waiting().orElse(null);
    waits.saw(throttled, rate.total(), now);
    Waiting waiting = gate.pause().map(this::paused).orElse(throttled);
    OptionalLong perSecond = rate.perSecond(now);
    Activity seen =
        new Activity(
            waiting == null ? null : waiting.reason(),
            steered.chunkRows(),
            steered.workers(),
            perSecond.isPresent()
                ? (Long) perSecond.getAsLong()
                : waiting == null ? null : (Long) 0L);
    String signal = waiting == null ? null : waiting.signal();
    Duration quiet = isLikeWritten(seen, signal) ? FIGURES : CHANGE;
    if (!seen.equals(written) && !now.isBefore(writtenAt.plus(quiet))) {
      activities.write(epoch, seen);
      written = seen;
      writtenSignal = signal;
      writtenAt = now;
    }
  }

  /** The same but for figures: those of the rate, and of why it waits. */
  private boolean isLikeWritten(Activity seen, @Nullable String signal) {
    return written != null
        && Objects.equals(signal, writtenSignal)
        && seen.chunkRows() == written.chunkRows()
        && seen.workers() == written.workers();
  }

  private Waiting paused(Command pause) {
    return new Waiting("pause", "%s; 'resume %s' goes on".formatted(pause.asPause(), epoch.id()));
  }

  /** Nothing of it is going on any more. */
  void end() {
    if (written != null) {
      activities.end(epoch, new Activity(null, written.chunkRows(), written.workers(), null));
    }
  }
}

package dev.sluice.throttle;

import dev.sluice.migration.TableName;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.TimeWindow;
import dev.sluice.migration.Tuning;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The throttle of one launch. Harm that the run does itself comes first, then what is behind
 * because of it, then the load of the server, and last what the definition asks for in any case.
 *
 * <p>Signals are read while workers ask and are in chunks. Safe for concurrent use.
 */
public final class AdaptiveThrottle implements Throttle {

  /** A window is looked at anew so often: its policy may be another by then. */
  private static final Duration WINDOW_LOOK_MAX = Duration.ofSeconds(1);

  private static final Duration LOAD_LOOK = Duration.ofSeconds(1);

  private static final DateTimeFormatter OPENING =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm VV");

  private final Supplier<Tuning> tuning;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Signal harm;
  private final List<Signal> signals;
  private final Readings readings = new Readings();
  private final Congestion congestion;
  private final RowRate rate = new RowRate();
  private final ChunkPause pause = new ChunkPause();
  private final Demand demand = new Demand();
  private final Sampler sampler;
  private volatile IntConsumer workers = count -> {};

  /**
   * Whom a launch may harm.
   *
   * @param table whose rows change
   * @param chunkLock name of the advisory lock that each chunk holds, and no other session
   */
  public record Subject(TableName table, String chunkLock) {}

  /**
   * Reads nothing yet.
   *
   * @param tuning asked each time: an operator may change it
   * @param clock for the time window
   */
  public AdaptiveThrottle(
      DataSource dataSource, Subject subject, Supplier<Tuning> tuning, Clock clock) {
    this(dataSource, subject, tuning, clock, System::nanoTime);
  }

  AdaptiveThrottle(
      DataSource dataSource,
      Subject subject,
      Supplier<Tuning> tuning,
      Clock clock,
      LongSupplier nanos) {
    this.tuning = tuning;
    this.clock = clock;
    this.nanos = nanos;
    this.harm = new BlockedSessions(subject.chunkLock());
    this.congestion = new Congestion(harm.name());
    this.signals =
        List.of(
            harm,
            new ReplicaLag(nanos),
            new SlotWal(),
            new ArchiveBacklog(),
            new LongTransactions(subject.table()),
            new TableVacuum(subject.table()),
            new ActiveSessions(),
            new WhenQuery());
    this.sampler = new Sampler(dataSource, signals, this::policy, nanos, new Noted());
  }

  private ThrottlePolicy policy() {
    return tuning.get().throttle();
  }

  @Override
  public Pace pace() {
    demand.asks(nanos.getAsLong());
    sampler.start();
    Pace pace = now();
    if (pace instanceof Pace.Proceed) {
      demand.begins();
    }
    return pace;
  }

  @Override
  public Pace readingPace() {
    ThrottlePolicy now = policy();
    if (signals.stream().anyMatch(signal -> signal.isOn(now) && signal.concernsReading())) {
      demand.asksToRead(nanos.getAsLong());
      sampler.start();
    }
    return hindered(now, Signal::concernsReading).map(Pace.class::cast).orElse(Pace.PROCEED);
  }

  private Optional<Pace.Wait> hindered(ThrottlePolicy now, Predicate<Signal> concerned) {
    return signals.stream()
        .filter(signal -> signal.isOn(now) && concerned.test(signal))
        .flatMap(signal -> wait(signal).stream())
        .findFirst()
        .or(() -> outside(now.window()));
  }

  private Pace now() {
    Tuning now = tuning.get();
    ThrottlePolicy.Speed speed = now.throttle().speed();
    return hindered(now.throttle(), signal -> true)
        .or(() -> pause.pace(speed.pause(), nanos.getAsLong()))
        .or(() -> rate.pace(speed.rowsPerSecond(), now.pacedChunk().rows(), nanos.getAsLong()))
        .map(Pace.class::cast)
        .orElse(Pace.PROCEED);
  }

  private Optional<Pace.Wait> wait(Signal signal) {
    return signal == harm
        ? congestion.pace(nanos.getAsLong())
        : readings.of(signal, nanos.getAsLong());
  }

  private Optional<Pace.Wait> outside(@Nullable TimeWindow window) {
    Instant now = clock.instant();
    if (window == null || window.isOpen(now)) {
      return Optional.empty();
    }
    return Optional.of(
        new Pace.Wait(
            TimeWindow.SIGNAL,
            "outside the window %s, it opens at %s"
                .formatted(window, OPENING.format(window.nextOpening(now))),
            WINDOW_LOOK_MAX));
  }

  @Override
  public void did(int rows) {
    demand.ends(nanos.getAsLong());
    pause.did(nanos.getAsLong());
    rate.did(rows);
  }

  @Override
  public long harms() {
    return congestion.harms();
  }

  @Override
  public void resizeBy(IntConsumer resize) {
    workers = resize;
  }

  private boolean isUnderLoad() {
    ThrottlePolicy now = policy();
    long at = nanos.getAsLong();
    return signals.stream()
        .filter(signal -> signal.isOn(now) && signal.isLoad())
        .anyMatch(
            signal -> signal == harm ? congestion.isHolding(at) : readings.isReason(signal, at));
  }

  /** What the sampler tells, in its thread. */
  private final class Noted implements Sampler.Sink {
    private final WorkerCount count = new WorkerCount();
    private long lookedNanos = Long.MIN_VALUE;

    @Override
    public void answered(Signal signal, Optional<String> reason) {
      if (signal == harm) {
        congestion.sampled(reason, nanos.getAsLong());
      } else {
        readings.answered(signal, reason, nanos.getAsLong());
      }
    }

    @Override
    public void failed(Signal signal, String why) {
      readings.failed(signal, why, nanos.getAsLong());
    }

    @Override
    public boolean wants() {
      return demand.is(nanos.getAsLong());
    }

    @Override
    public void off(Signal signal) {
      readings.forget(signal);
    }

    /** Fewer workers, or more again, from their next partitions on. */
    @Override
    public void looked() {
      long now = nanos.getAsLong();
      if (lookedNanos != Long.MIN_VALUE && now - lookedNanos < LOAD_LOOK.toNanos()) {
        return;
      }
      lookedNanos = now;
      // each time, also while nobody asks: an operator may have set another number meanwhile
      int max = tuning.get().workers();
      workers.accept(wants() ? count.look(isUnderLoad(), max, now) : count.resting(max));
    }
  }

  @Override
  public void close() {
    sampler.close();
  }
}

package dev.sluice.definition;

import dev.sluice.migration.DataSize;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.ThrottlePolicy.Load;
import dev.sluice.migration.ThrottlePolicy.Speed;
import dev.sluice.migration.ThrottlePolicy.Wal;
import dev.sluice.migration.TimeWindow;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code throttle} says; keys that are not given are as usual. */
final class ThrottleReader {

  private final Section throttle;
  private final ThrottlePolicy usual;

  ThrottleReader(Section throttle, ThrottlePolicy usual) {
    this.throttle = throttle;
    this.usual = usual;
  }

  ThrottlePolicy read() {
    return new ThrottlePolicy(
        speed(usual.speed()), wal(usual.wal()), load(usual.load()), window(), when());
  }

  private Speed speed(Speed than) {
    return new Speed(
        duration("pause", Speed.PAUSE_MAX, than.pause()),
        number("rows-per-second", Speed.ROWS_PER_SECOND_MAX, than.rowsPerSecond()));
  }

  private Wal wal(Wal than) {
    return new Wal(
        duration("replica-lag", Wal.REPLICA_LAG_MAX, than.replicaLag()),
        size("replica-lag-size", than.replicaLagSize()),
        size("slot-wal", than.slotWal()),
        number("archive-backlog", Wal.ARCHIVE_BACKLOG_MAX, than.archiveBacklog()));
  }

  private Load load(Load than) {
    return new Load(
        waits("blocked-sessions", than.blockedSessions()),
        waits("vacuum", than.vacuum()),
        number("active-sessions", Load.ACTIVE_SESSIONS_MAX, than.activeSessions()),
        duration("long-transactions", Load.LONG_TRANSACTIONS_MAX, than.longTransactions()));
  }

  private @Nullable TimeWindow window() {
    Optional<Value> given = throttle.get("window");
    if (given.isEmpty()) {
      return usual.window();
    }
    String text = given.get().text();
    if (text == null || text.equals(TimeWindow.ALWAYS)) {
      return null;
    }
    try {
      return TimeWindow.parse(text);
    } catch (IllegalArgumentException e) {
      given.get().must(TimeWindow.FORM);
      return usual.window();
    }
  }

  private @Nullable String when() {
    return throttle.has("when") ? throttle.get("when", Value::sql) : usual.when();
  }

  private Duration duration(String key, Duration max, Duration than) {
    DurationValue.Range range = new DurationValue.Range(Duration.ZERO, max);
    return throttle.get(key).map(value -> DurationValue.read(value, range, than)).orElse(than);
  }

  private int number(String key, int max, int than) {
    return throttle
        .get(key)
        .map(value -> TuningReader.wholeNumber(value, 0, max, than))
        .orElse(than);
  }

  private DataSize size(String key, DataSize than) {
    return throttle
        .get(key)
        .map(value -> DataSizeValue.read(value, Wal.SIZE_MAX, than))
        .orElse(than);
  }

  private boolean waits(String key, boolean than) {
    Optional<Value> given = throttle.get(key);
    if (given.isEmpty()) {
      return than;
    }
    String word = String.valueOf(given.get().scalar());
    if (!word.equals("wait") && !word.equals("ignore")) {
      given
          .get()
          .must("wait or ignore", "Remove it to use %s.".formatted(than ? "wait" : "ignore"));
      return than;
    }
    return word.equals("wait");
  }
}

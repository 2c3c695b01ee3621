package dev.sluice.throttle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which WAL position the server had reached when. Tells how old what a standby has not replayed is.
 *
 * <p>{@code pg_stat_replication.replay_lag} cannot: it is measured when something is replayed, so
 * it stands still, or is NULL, as long as replay does.
 *
 * <p>Bounded, and yet it goes back to the first look: when there are too many positions, every
 * other one of the older half goes. The older, the rougher. Not safe for concurrent use.
 */
final class WalHistory {

  static final int POSITIONS_MAX = 4096;

  private List<Position> positions = new ArrayList<>();

  /** First seen at that time. */
  private record Position(long bytes, long nanos) {}

  /** The server has reached a position by now. The same again is no news. */
  void reached(long bytes, long nowNanos) {
    if (!positions.isEmpty() && positions.get(positions.size() - 1).bytes() >= bytes) {
      return;
    }
    if (positions.size() == POSITIONS_MAX) {
      thinOut();
    }
    positions.add(new Position(bytes, nowNanos));
  }

  /** Of those that stay, each is as old as it was; a position between two is told as the later. */
  private void thinOut() {
    positions =
        IntStream.range(0, POSITIONS_MAX)
            .filter(i -> i >= POSITIONS_MAX / 2 || i % 2 == 0)
            .mapToObj(positions::get)
            .collect(Collectors.toCollection(ArrayList::new));
  }

  int size() {
    return positions.size();
  }

  /**
   * How long the server has been beyond {@code bytes}, as far as was looked: at least that old is
   * what comes next there. Zero: it is not beyond.
   */
  Duration sinceBeyond(long bytes, long nowNanos) {
    return positions.stream()
        .filter(position -> position.bytes() > bytes)
        .findFirst()
        .map(position -> Duration.ofNanos(Math.max(0, nowNanos - position.nanos())))
        .orElse(Duration.ZERO);
  }
}

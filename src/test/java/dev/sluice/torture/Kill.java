package dev.sluice.torture;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What was killed, and how far the run was.
 *
 * @param rowsDone by committed chunks, when it was dead
 * @param rowsDue under the guard at that moment
 * @param checkpoints committed until then
 */
record Kill(Weapon weapon, long rowsDone, long rowsDue, long checkpoints) {

  /** What dies. */
  enum Weapon {
    /** SIGKILL to our process; it is started again with nothing but {@code run}. */
    PROCESS,
    /** One of our server processes, by an administrator. */
    SESSION,
    /** All of them. */
    SESSIONS,
    /** Every process of the server; it is started again. */
    SERVER
  }

  private static final int PARTS = 10;

  double progress() {
    return (double) rowsDone / Math.max(1, rowsDone + rowsDue);
  }

  private int decile() {
    return (int) Math.min(PARTS - 1, progress() * PARTS);
  }

  /** How many in each tenth of the run, the first tenth first. */
  static String spread(List<Kill> kills) {
    return IntStream.range(0, PARTS)
        .mapToObj(part -> kills.stream().filter(kill -> kill.decile() == part).count())
        .map(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  /** How many tenths of the run a kill met. */
  static long tenths(List<Kill> kills) {
    return kills.stream().mapToInt(Kill::decile).distinct().count();
  }

  static String weapons(List<Kill> kills) {
    return kills.stream()
        .collect(Collectors.groupingBy(Kill::weapon, Collectors.counting()))
        .toString();
  }
}

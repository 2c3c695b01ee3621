package dev.sluice.control;

import dev.sluice.migration.LiveSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tunes that hold: one on top of the other in the order in which they were given, in whatever
 * order they are read. Not safe for concurrent use.
 */
final class Tunes {

  private final NavigableMap<Long, LiveSettings> byNumber = new TreeMap<>();

  Tunes() {}

  private Tunes(Tunes others) {
    byNumber.putAll(others.byNumber);
  }

  /** These and another one; this object stays as it is. */
  Tunes with(Command tune) {
    Tunes more = new Tunes(this);
    more.byNumber.put(tune.number(), tune.settings());
    return more;
  }

  /** What they set together. */
  LiveSettings settings() {
    return byNumber.values().stream().reduce(LiveSettings.NONE, LiveSettings::and);
  }

  /** Forgets those of which later ones set each key again, and returns their numbers. */
  List<Long> forgetReplaced() {
    List<Long> replaced = new ArrayList<>();
    Set<String> later = new HashSet<>();
    byNumber
        .descendingMap()
        .forEach(
            (number, settings) -> {
              if (later.containsAll(settings.values().keySet())) {
                replaced.add(number);
              }
              later.addAll(settings.values().keySet());
            });
    replaced.forEach(byNumber::remove);
    return replaced;
  }
}

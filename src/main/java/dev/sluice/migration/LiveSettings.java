package dev.sluice.migration;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an operator has set of a run's tuning, as he wrote it: {@code chunk.rows=200}.
 *
 * <p>Which keys there are and what they may hold is not known here.
 *
 * @param values of each key, in the order in which they were first set
 */
public record LiveSettings(Map<String, String> values) {

  /** Takes a key back to what the definition or the launch says. */
  public static final String DEFAULT = "default";

  public static final LiveSettings NONE = new LiveSettings(Map.of());

  private static final int LENGTH_MAX = 10_000;

  public LiveSettings {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /**
   * @param given {@code key=value} each
   * @throws IllegalArgumentException if one has another form, or a key is given twice
   */
  public static LiveSettings parse(List<String> given) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String setting : given) {
      int equals = setting.indexOf('=');
      if (equals < 1 || setting.length() > LENGTH_MAX) {
        throw new IllegalArgumentException(
            "a setting must be key=value of at most %d characters, like chunk.rows=200, got '%s'."
                .formatted(LENGTH_MAX, setting.length() > 60 ? setting.substring(0, 60) : setting));
      }
      String key = setting.substring(0, equals).strip();
      if (values.putIfAbsent(key, setting.substring(equals + 1).strip()) != null) {
        throw new IllegalArgumentException("%s is given twice.".formatted(key));
      }
    }
    return new LiveSettings(values);
  }

  /** These with later ones on top, of which {@value #DEFAULT} takes a key away. */
  public LiveSettings and(LiveSettings later) {
    Map<String, String> both = new LinkedHashMap<>(values);
    later.values.forEach(
        (key, value) -> {
          if (value.equals(DEFAULT)) {
            both.remove(key);
          } else {
            both.put(key, value);
          }
        });
    return new LiveSettings(both);
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** {@code chunk.rows=200} each. */
  public List<String> texts() {
    return values.entrySet().stream().map(set -> set.getKey() + "=" + set.getValue()).toList();
  }

  /** All in one line. */
  @Override
  public String toString() {
    return String.join(" ", texts());
  }
}

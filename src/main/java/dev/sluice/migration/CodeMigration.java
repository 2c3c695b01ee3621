package dev.sluice.migration;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A migration whose way forth and way back are code of an application, each of them one
 * transaction. The code itself is not here: whoever launches it has it.
 *
 * @param checksum over the id and the version that the application gives its code: no program can
 *     tell whether two functions do the same
 * @param irreversible why it cannot be taken back, shown before every run; null: it can
 * @param timeLimit for each statement of it and for each silence between two: its locks are held as
 *     long, {@link #TIME_LIMIT_MIN} to {@link #TIME_LIMIT_MAX}
 */
public record CodeMigration(
    MigrationId id,
    String description,
    String checksum,
    List<MigrationId> dependsOn,
    @Nullable String irreversible,
    Duration timeLimit,
    OnFailure onFailure,
    Tuning tuning)
    implements Migration {

  public static final Duration TIME_LIMIT_MIN = Duration.ofMillis(100);
  public static final Duration TIME_LIMIT_MAX = Duration.ofMinutes(10);
  public static final Duration TIME_LIMIT_DEFAULT = Duration.ofSeconds(5);

  public CodeMigration {
    dependsOn = List.copyOf(dependsOn);
    if (timeLimit.compareTo(TIME_LIMIT_MIN) < 0 || timeLimit.compareTo(TIME_LIMIT_MAX) > 0) {
      throw new IllegalArgumentException(
          "time limit must be %d ms to %d min, got %d ms"
              .formatted(
                  TIME_LIMIT_MIN.toMillis(), TIME_LIMIT_MAX.toMinutes(), timeLimit.toMillis()));
    }
  }

  @Override
  public Map<Script.Kind, Script> scripts() {
    return Map.of();
  }

  @Override
  public CodeMigration withTuning(Tuning newTuning) {
    return new CodeMigration(
        id, description, checksum, dependsOn, irreversible, timeLimit, onFailure, newTuning);
  }
}

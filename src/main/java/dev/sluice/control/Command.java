package dev.sluice.control;

import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has asked of a migration's runner.
 *
 * @param number the order in which commands were given
 * @param settings of a tune; of all others none
 * @param epoch of a stop: the launch that is to stop, and no later one; 0 for all others
 * @param by database role, operating system user, process and host
 * @param isObeyed a runner has done it
 * @param answer what came of it; null: nothing yet
 */
public record Command(
    long number,
    MigrationId id,
    Kind kind,
    LiveSettings settings,
    long epoch,
    Instant at,
    String by,
    boolean isObeyed,
    @Nullable String answer) {

  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** What may be asked. */
  public enum Kind {
    PAUSE,
    RESUME,
    STOP,
    TUNE;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind ofLabel(String label) {
      return Arrays.stream(values())
          .filter(kind -> kind.label().equals(label))
          .findFirst()
          .orElseThrow();
    }
  }

  /** {@code paused by sluice, anna, process 71 on laptop since 2026-11-21 18:55:10 UTC}. */
  public String asPause() {
    return "paused by %s since %s".formatted(by, SECOND.format(at));
  }
}

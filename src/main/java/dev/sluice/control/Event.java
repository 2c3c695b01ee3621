package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A change of a migration's state, or a command given while it ran, as the history keeps it.
 *
 * @param checksum of the files that ran, or that were accepted
 * @param by database role, process and host
 * @param note why it failed, or what an operator was told; null: nothing to say
 */
public record Event(
    MigrationId id,
    long run,
    Instant at,
    Cause cause,
    RunState before,
    RunState state,
    String checksum,
    String by,
    @Nullable String note) {

  /** What changed the state. */
  public enum Cause {
    /** It was there before the history was. */
    UPGRADE,
    START,
    END,
    FORCE,
    REPAIR,
    IMPORT,
    /** Asked for by an operator, where the state stays; else a runner waits from here on. */
    PAUSE,
    /** Asked for by an operator, where the state stays; else a runner goes on. */
    RESUME,
    STOP,
    TUNE;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Cause ofLabel(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }
}

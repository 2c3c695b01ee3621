package dev.sluice.backfill;

import dev.sluice.migration.MigrationId;

/** The definition names another key than the run began with; its bounds mean nothing any more. */
public final class KeyChangedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  KeyChangedException(MigrationId id, String before, String now) {
    super(
        "%s: the run began with the key (%s), the definition now says (%s). Put key: back."
            .formatted(id, before, now));
  }
}

package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The catch-ups of {@code sync: capture}, as the ledger knows them. */
public final class CatchUps {

  private final JdbcOperations jdbc;

  public CatchUps(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /** How many are over. */
  public long over(MigrationId id) {
    Long number =
        jdbc.queryForObject(
            "SELECT catch_up FROM sluice.migration WHERE id = ?", Long.class, id.value());
    return number == null ? 0 : number;
  }

  /**
   * Notes how a launch of one ended, or with {@code false} and null that it begins. The migration
   * is completed all the while: neither what depends on it nor the time until its cleanup is
   * concerned, so that no event is written either.
   *
   * @param over whether the next one is another job instance
   * @param failure one line, null if it did not fail
   * @throws Epoch.FencedException if another runner has taken over
   */
  public void ended(Epoch epoch, boolean over, @Nullable String failure) {
    int rows =
        jdbc.update(
            """
            UPDATE sluice.migration
            SET catch_up = catch_up + CASE WHEN ? THEN 1 ELSE 0 END,
                caught_up_at = CASE WHEN ? THEN now() ELSE caught_up_at END,
                failure = ?
            WHERE id = ?
              AND epoch = ?
              AND state = 'completed'
            """,
            over,
            over,
            failure,
            epoch.id().value(),
            epoch.number());
    if (rows == 0) {
      throw new Epoch.FencedException(epoch);
    }
  }
}

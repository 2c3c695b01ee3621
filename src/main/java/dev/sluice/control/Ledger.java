package dev.sluice.control;

import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The table of migrations and their states. */
public final class Ledger {

  private static final String SELECT =
      """
      SELECT id, checksum, state, run, epoch, runner, started_at, ended_at, failure
      FROM sluice.migration
      """;

  private final JdbcOperations jdbc;

  public Ledger(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  public Optional<LedgerEntry> find(MigrationId id) {
    return jdbc.query(SELECT + " WHERE id = ?", (rs, row) -> entry(rs), id.value()).stream()
        .findFirst();
  }

  public List<LedgerEntry> all() {
    return jdbc.query(SELECT, (rs, row) -> entry(rs)).stream()
        .sorted((a, b) -> a.id().compareTo(b.id()))
        .toList();
  }

  /** Makes sure that the migration has a row. May run twice: an existing row stays as it is. */
  public void register(MigrationId id, String checksum) {
    jdbc.update(
        """
        INSERT INTO sluice.migration (id, checksum, state)
        VALUES (?, ?, 'pending')
        ON CONFLICT (id) DO NOTHING
        """,
        id.value(),
        checksum);
  }

  /**
   * Counts the epoch up and returns the new one. Only the holder of the runner lock calls it.
   *
   * <p>First waits for the chunks of the epoch before, which hold it shared while they run: each is
   * over within the deadlock bound, and none can start once the epoch has changed.
   */
  long nextEpoch(MigrationId id, String runner) {
    LedgerEntry before = find(id).orElseThrow(() -> noRow(id));
    jdbc.query(
        "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))",
        rs -> {},
        new Epoch(id, before.epoch()).lockName());
    Long epoch =
        jdbc.queryForObject(
            """
            UPDATE sluice.migration
            SET epoch = epoch + 1,
                runner = ?
            WHERE id = ?
            RETURNING epoch
            """,
            Long.class,
            runner,
            id.value());
    if (epoch == null) {
      throw noRow(id);
    }
    return epoch;
  }

  private static IllegalStateException noRow(MigrationId id) {
    return new IllegalStateException("no ledger row for " + id);
  }

  /**
   * Whether the run itself has brought the rollback about, as it ended. Where an operator began it,
   * what failed before was the rollback, and is over when the next one succeeds.
   */
  private static final String IS_TAKEN_BACK_FOR_A_FAILURE =
      """
      state = 'rolling_back'
        AND (SELECT cause
             FROM sluice.history
             WHERE migration_id = migration.id
               AND history.state = 'rolling_back'
               AND state_before <> 'rolling_back'
             ORDER BY number DESC
             LIMIT 1) = 'end'""";

  /**
   * Notes a launch.
   *
   * @param run counted up after a rollback
   * @param state while it runs
   * @throws Epoch.FencedException if another runner has taken over
   */
  public void started(Epoch epoch, long run, RunState state, Migration migration, String by) {
    requireEdge(epoch, state);
    update(
        epoch,
        Event.Cause.START,
        null,
        """
        state = ?,
        run = ?,
        checksum = ?,
        depends_on = ?,
        started_at = now(),
        started_by = ?,
        ended_at = NULL,
        failure = CASE WHEN ? = 'rolling_back' AND %s THEN failure END
        """
            .formatted(IS_TAKEN_BACK_FOR_A_FAILURE),
        state.label(),
        run,
        migration.checksum(),
        dependsOn(migration),
        by,
        state.label());
  }

  /**
   * Notes how a launch ended. A rollback keeps why the run before it failed.
   *
   * @param failure one line, null if it did not fail
   * @throws Epoch.FencedException if another runner has taken over: the state is its own by now
   */
  public void ended(Epoch epoch, RunState state, @Nullable String failure) {
    requireEdge(epoch, state);
    update(
        epoch,
        Event.Cause.END,
        null,
        """
        state = ?,
        ended_at = now(),
        failure = coalesce(?, CASE WHEN state = 'rolling_back' THEN failure END)
        """,
        state.label(),
        failure);
  }

  /**
   * Notes that the runner waits because an operator wants it to. May run twice: whether a COMMIT
   * happened whose answer was lost is not known.
   *
   * @param note who, and since when
   * @throws Epoch.FencedException if another runner has taken over
   */
  void paused(Epoch epoch, String note) {
    changeOnce(epoch, Event.Cause.PAUSE, RunState.PAUSED, note);
  }

  /**
   * Notes that the runner goes on after a pause. May run twice, and where no pause was noted.
   *
   * @param note who wanted it
   * @throws Epoch.FencedException if another runner has taken over
   */
  void resumed(Epoch epoch, String note) {
    changeOnce(epoch, Event.Cause.RESUME, RunState.RUNNING, note);
  }

  private void changeOnce(Epoch epoch, Event.Cause cause, RunState state, String note) {
    requireEdge(epoch, state);
    if (find(epoch.id()).filter(entry -> entry.state() == state).isEmpty()) {
      update(epoch, cause, note, "state = ?", state.label());
    }
  }

  /**
   * Changes a row and writes the event, only while the epoch is still the ledger's: no other runner
   * has begun.
   */
  private void update(
      Epoch epoch,
      Event.Cause cause,
      @Nullable String note,
      String assignments,
      @Nullable Object... values) {
    List<@Nullable Object> arguments = new ArrayList<>();
    arguments.add(epoch.id().value());
    arguments.addAll(Arrays.asList(values));
    arguments.add(epoch.id().value());
    arguments.add(epoch.number());
    arguments.add(cause.label());
    arguments.add(note);
    int rows =
        jdbc.update(
            """
            WITH before AS (
              SELECT state
              FROM sluice.migration
              WHERE id = ?
            ), changed AS (
              UPDATE sluice.migration
              SET %s
              WHERE id = ?
                AND epoch = ?
              RETURNING id, run, state, checksum, runner, failure
            )
            INSERT INTO sluice.history (migration_id, run, cause, state_before, state, checksum, done_by, note)
            SELECT changed.id, changed.run, ?, before.state, changed.state, changed.checksum,
                   session_user || ', ' || coalesce(changed.runner, 'unknown'), coalesce(?, changed.failure)
            FROM changed, before
            """
                .formatted(assignments),
            arguments.toArray());
    if (rows == 0) {
      throw new Epoch.FencedException(epoch);
    }
  }

  /**
   * Sets a state without running anything, because an operator says so: any edge is legal, but not
   * into a state that means a process at work. A run that is to begin anew gets a new number.
   *
   * @param note what the operator is told
   * @throws Epoch.FencedException if another runner has taken over
   */
  public void force(Epoch epoch, RunState state, Migration migration, String note) {
    update(
        epoch,
        Event.Cause.FORCE,
        note,
        """
        run = run + CASE WHEN ? THEN 1 ELSE 0 END,
        attempt = attempt + 1,
        state = ?,
        checksum = ?,
        depends_on = ?,
        ended_at = now(),
        failure = NULL
        """,
        state == RunState.PENDING,
        state.label(),
        migration.checksum(),
        dependsOn(migration));
  }

  /**
   * Notes the state that an examination found.
   *
   * @throws Epoch.FencedException if another runner has taken over
   */
  public void repaired(Epoch epoch, RunState state, String note) {
    requireEdge(epoch, state);
    update(epoch, Event.Cause.REPAIR, note, "state = ?", state.label());
  }

  /**
   * Takes other files for those that ran.
   *
   * @throws Epoch.FencedException if another runner has taken over
   */
  public void accepted(Epoch epoch, Migration migration, String note) {
    update(
        epoch,
        Event.Cause.REPAIR,
        note,
        "checksum = ?, depends_on = ?",
        migration.checksum(),
        dependsOn(migration));
  }

  /**
   * Takes over that another tool has applied it.
   *
   * @throws Epoch.FencedException if another runner has taken over
   */
  public void imported(Epoch epoch, Migration migration, @Nullable Instant appliedAt, String note) {
    update(
        epoch,
        Event.Cause.IMPORT,
        note,
        """
        state = 'completed',
        checksum = ?,
        depends_on = ?,
        started_at = ?,
        ended_at = coalesce(?, now()),
        failure = NULL
        """,
        migration.checksum(),
        dependsOn(migration),
        timestamp(appliedAt),
        timestamp(appliedAt));
  }

  private static String[] dependsOn(Migration migration) {
    return migration.dependsOn().stream().map(MigrationId::value).toArray(String[]::new);
  }

  /** How often a state was forced: the jobs of a run begin anew after each. */
  public long attempt(MigrationId id) {
    Long attempt =
        jdbc.queryForObject(
            "SELECT attempt FROM sluice.migration WHERE id = ?", Long.class, id.value());
    return attempt == null ? 0 : attempt;
  }

  /** The applied or unfinished migrations that depend on this one, as their files said. */
  public List<MigrationId> dependents(MigrationId id) {
    return jdbc
        .query(SELECT + " WHERE ? = ANY (depends_on)", (rs, row) -> entry(rs), id.value())
        .stream()
        .filter(entry -> entry.state().isBegun())
        .map(LedgerEntry::id)
        .sorted()
        .toList();
  }

  /**
   * Locks the rows of a migration, of what it depends on and of what depends on it, in the order of
   * their ids, to the end of the transaction. As whoever begins something locks its own row so, two
   * that stand on each other begin one after the other, and the second one sees what the first has
   * noted. NO KEY: what refers to a row may be written meanwhile.
   */
  public void lockWithNeighbours(Migration migration) {
    jdbc.query(
        """
        SELECT id
        FROM sluice.migration
        WHERE id = ?
           OR id = ANY (?)
           OR ? = ANY (depends_on)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        rs -> {},
        migration.id().value(),
        dependsOn(migration),
        migration.id().value());
  }

  private void requireEdge(Epoch epoch, RunState next) {
    MigrationId id = epoch.id();
    LedgerEntry entry = find(id).orElseThrow(() -> new Epoch.FencedException(epoch));
    if (entry.epoch() != epoch.number()) {
      throw new Epoch.FencedException(epoch);
    }
    RunState now = entry.state();
    if (!now.mayBecome(next)) {
      throw new IllegalStateException(
          "%s: a %s migration cannot become %s".formatted(id, now.label(), next.label()));
    }
  }

  private static LedgerEntry entry(ResultSet rs) throws SQLException {
    return new LedgerEntry(
        new MigrationId(rs.getString("id")),
        rs.getString("checksum"),
        RunState.ofLabel(rs.getString("state")),
        rs.getLong("run"),
        rs.getLong("epoch"),
        rs.getString("runner"),
        instant(rs, "started_at"),
        instant(rs, "ended_at"),
        rs.getString("failure"));
  }

  private static @Nullable Timestamp timestamp(@Nullable Instant instant) {
    return instant == null ? null : Timestamp.from(instant);
  }

  private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
    Timestamp timestamp = rs.getTimestamp(column);
    return timestamp == null ? null : timestamp.toInstant();
  }
}

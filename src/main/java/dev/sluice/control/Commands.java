package dev.sluice.control;

import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The table of what operators have asked for.
 *
 * <p>A pause holds, and so do settings, until the run is over or the opposite is asked for, however
 * many launches there are in between. Every statement is a short transaction of its own, and ends
 * after {@value #TIMEOUT_SECONDS} s at the latest.
 */
public final class Commands {

  static final int TIMEOUT_SECONDS = 5;

  private static final String COLUMNS =
      "number, migration_id, command, settings, epoch, given_at, given_by, obeyed_at, answer";

  /** That no other runner has taken over; one that has lost its lock, may not know it yet. */
  private static final String IS_OURS =
      "EXISTS (SELECT FROM sluice.migration m WHERE m.id = ? AND m.epoch = ?)";

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;

  public Commands(DataSource dataSource) {
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    this.jdbc = new JdbcTemplate(dataSource);
    this.jdbc.setQueryTimeout(TIMEOUT_SECONDS);
  }

  /**
   * Records a command, and in the history that it was given. Whether the run is over is asked in
   * the same transaction: nobody would end what is asked of it afterwards.
   *
   * @param entry as the operator saw it: a stop is for the launch of its epoch
   * @param by operating system user, process and host
   * @param forLater whether it may be asked of a completed one that nobody works on: of the next
   *     catch-up
   * @return empty: it was over a moment later, and nothing was recorded
   */
  public Optional<Command> give(
      LedgerEntry entry, Command.Kind kind, LiveSettings settings, String by, boolean forLater) {
    Optional<Command> given =
        transaction.execute(
            status -> {
              lock(entry.id(), "pg_advisory_xact_lock_shared");
              return insert(entry, kind, settings, by, forLater);
            });
    return given == null ? Optional.empty() : given;
  }

  /**
   * Between what is asked of a run and its end. An advisory one, as a role that only steers may not
   * lock rows of the ledger; held for milliseconds.
   */
  private void lock(MigrationId id, String function) {
    jdbc.query(
        "SELECT %s(hashtextextended(?, 0))".formatted(function),
        rs -> {},
        "sluice.command/" + id.value());
  }

  private Optional<Command> insert(
      LedgerEntry entry, Command.Kind kind, LiveSettings settings, String by, boolean forLater) {
    return jdbc
        .query(
            """
            WITH given AS (
              INSERT INTO sluice.command (migration_id, command, settings, epoch, given_by)
              SELECT m.id, ?, ?, ?, session_user || ', ' || ?
              FROM sluice.migration m
              WHERE m.id = ?
                AND (? IN ('stop', 'resume')
                     OR m.state NOT IN ('completed', 'rolled_back', 'cleaned')
                     OR m.state = 'rolled_back' AND ? = 'rolled_back'
                     OR m.state = 'completed' AND (? OR EXISTS (SELECT
                                                                FROM sluice.activity a
                                                                WHERE a.migration_id = m.id
                                                                  AND a.epoch = m.epoch
                                                                  AND a.listens)))
              RETURNING %1$s
            ), noted AS (
              INSERT INTO sluice.history (migration_id, run, cause, state_before, state, checksum, done_by, note)
              SELECT m.id, m.run, command, m.state, m.state, m.checksum, given_by,
                     nullif(array_to_string(settings, ' '), '')
              FROM given
              JOIN sluice.migration m ON m.id = given.migration_id
            )
            SELECT %1$s FROM given
            """
                .formatted(COLUMNS),
            (rs, row) -> command(rs),
            kind.label(),
            settings.texts().toArray(String[]::new),
            kind == Command.Kind.STOP ? entry.epoch() : null,
            by,
            entry.id().value(),
            kind.label(),
            entry.state().label(),
            forLater)
        .stream()
        .findFirst();
  }

  public Command read(long number) {
    return query("number = ?", number).get(0);
  }

  /** How long ago it was given, by the server's clock, which noted it. */
  long secondsSince(Command command) {
    Long seconds =
        jdbc.queryForObject(
            """
            SELECT CAST(floor(extract(epoch FROM clock_timestamp() - given_at)) AS bigint)
            FROM sluice.command
            WHERE number = ?
            """,
            Long.class,
            command.number());
    return seconds == null ? 0 : seconds;
  }

  /**
   * What the runner has still to obey, in the order in which it was given. Nothing, once another
   * one has taken over: it is that one's to obey.
   */
  List<Command> toObey(Epoch epoch) {
    return query(
        """
        migration_id = ?
          AND obeyed_at IS NULL
          AND over_at IS NULL
          AND %s
        ORDER BY number
        """
            .formatted(IS_OURS),
        epoch.id().value(),
        epoch.id().value(),
        epoch.number());
  }

  /** The pause that holds; empty: none was asked for, or resume after it. */
  public Optional<Command> pause(MigrationId id) {
    return lastHold(id).filter(last -> last.kind() == Command.Kind.PAUSE);
  }

  /** The last pause or resume. */
  Optional<Command> lastHold(MigrationId id) {
    return query(
            """
            migration_id = ?
              AND command IN ('pause', 'resume')
              AND over_at IS NULL
            ORDER BY number DESC
            LIMIT 1
            """,
            id.value())
        .stream()
        .findFirst();
  }

  /** Each tune that holds, in the order in which they were given. */
  List<Command> tunes(MigrationId id) {
    return query(
        "migration_id = ? AND command = 'tune' AND over_at IS NULL ORDER BY number", id.value());
  }

  /** What all tunes together set. */
  public LiveSettings settings(MigrationId id) {
    return tunes(id).stream().map(Command::settings).reduce(LiveSettings.NONE, LiveSettings::and);
  }

  /** Notes that a command was obeyed, if no other runner has taken over. The first one stays. */
  void obeyed(Epoch epoch, Command command, String by, String answer) {
    change(
        epoch,
        command.number(),
        "obeyed_at = clock_timestamp(), obeyed_by = ?, answer = ?",
        "obeyed_at IS NULL",
        by,
        answer);
  }

  /** Notes that a command does not hold, and why, if no other runner has taken over. */
  void refused(Epoch epoch, Command command, String by, String answer) {
    change(
        epoch,
        command.number(),
        "over_at = clock_timestamp(), obeyed_by = ?, answer = ?",
        "TRUE",
        by,
        answer);
  }

  /**
   * Notes that later commands set all again that this one has set, unless it is a runner's no more.
   */
  void replaced(Epoch epoch, long number) {
    change(epoch, number, "over_at = clock_timestamp()", "over_at IS NULL");
  }

  /** Only while the epoch is the ledger's. */
  private void change(
      Epoch epoch, long number, String assignments, String condition, Object... values) {
    List<Object> arguments = new ArrayList<>(List.of(values));
    arguments.addAll(List.of(number, epoch.id().value(), epoch.number()));
    jdbc.update(
        """
        UPDATE sluice.command
        SET %s
        WHERE number = ?
          AND %s
          AND %s
        """
            .formatted(assignments, condition, IS_OURS),
        arguments.toArray());
  }

  /**
   * The run is over, and with it all that was asked of it. What nobody has obeyed came too late. To
   * be called in the transaction that says so in the ledger, by whoever holds the runner lock.
   */
  public void over(Epoch epoch) {
    transaction.executeWithoutResult(
        status -> {
          lock(epoch.id(), "pg_advisory_xact_lock");
          end(epoch);
        });
  }

  private void end(Epoch epoch) {
    jdbc.update(
        """
        UPDATE sluice.command
        SET over_at = clock_timestamp(),
            answer = coalesce(answer, 'came too late, it was over')
        WHERE migration_id = ?
          AND over_at IS NULL
          AND %s
        """
            .formatted(IS_OURS),
        epoch.id().value(),
        epoch.id().value(),
        epoch.number());
  }

  private List<Command> query(String condition, Object... arguments) {
    return jdbc.query(
        "SELECT " + COLUMNS + " FROM sluice.command WHERE " + condition,
        (rs, row) -> command(rs),
        arguments);
  }

  /** What somebody wrote by SQL is read, to be refused: the others are still to be obeyed. */
  private static LiveSettings settings(Object[] elements) {
    List<String> given =
        Arrays.stream(elements)
            .map(one -> one instanceof Object[] more ? Arrays.toString(more) : String.valueOf(one))
            .toList();
    try {
      return LiveSettings.parse(given);
    } catch (IllegalArgumentException e) {
      return new LiveSettings(Map.of(String.join(" ", given), ""));
    }
  }

  private static Command command(ResultSet rs) throws SQLException {
    return new Command(
        rs.getLong("number"),
        new MigrationId(rs.getString("migration_id")),
        Command.Kind.ofLabel(rs.getString("command")),
        settings((Object[]) rs.getArray("settings").getArray()),
        rs.getLong("epoch"),
        rs.getTimestamp("given_at").toInstant(),
        rs.getString("given_by"),
        rs.getTimestamp("obeyed_at") != null,
        rs.getString("answer"));
  }
}

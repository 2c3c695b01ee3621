package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.TableKey;
import dev.sluice.sync.CaptureTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The table of rows that a run has set aside, each with why; never with a row's content.
 *
 * <p>A row that failed is known by its key and its version, the {@code xmin} of the row that was
 * tried: one that somebody has written since is another row, and is tried again.
 */
public final class Quarantine {

  private static final String ROWS =
      """
      SELECT key, sqlstate, message, constraint_name, found_at, tries
      FROM sluice.quarantine
      WHERE migration_id = ?
        AND run = ?
      """;

  private final JdbcOperations jdbc;
  private final MigrationId id;
  private final long run;

  public Quarantine(JdbcOperations jdbc, MigrationId id, long run) {
    this.jdbc = jdbc;
    this.id = id;
    this.run = run;
  }

  /** The conditions that leave its rows out. */
  public QuarantineConditions conditions() {
    return new QuarantineConditions(id, run);
  }

  /** Takes off it what has settled. */
  public QuarantineRelease release() {
    return new QuarantineRelease(jdbc, this, id, run);
  }

  /**
   * A row that has failed.
   *
   * @param version its {@code xmin} when it was tried; null: this transaction holds the row, as it
   *     is now
   */
  public record Found(Key key, @Nullable String version, RowFault fault) {}

  public long count() {
    Long count =
        jdbc.queryForObject(
            "SELECT count(*) FROM sluice.quarantine WHERE migration_id = ? AND run = ?",
            Long.class,
            id.value(),
            run);
    return count == null ? 0 : count;
  }

  /** Those that were found last. */
  public List<QuarantinedRow> newest(int limit) {
    return jdbc.query(
        ROWS + "ORDER BY found_at DESC, key LIMIT ?", (rs, row) -> row(rs), id.value(), run, limit);
  }

  /**
   * The first ones behind a key, by the keys' texts.
   *
   * @param after null: from the beginning
   */
  public List<QuarantinedRow> after(@Nullable Key after, int limit) {
    return jdbc.query(
        ROWS + "AND (CAST(? AS text[]) IS NULL OR key > CAST(? AS text[])) ORDER BY key LIMIT ?",
        (rs, row) -> row(rs),
        id.value(),
        run,
        texts(after),
        texts(after),
        limit);
  }

  private static QuarantinedRow row(ResultSet rs) throws SQLException {
    return new QuarantinedRow(
        new Key(Arrays.asList((String[]) rs.getArray("key").getArray())),
        new RowFault(
            rs.getString("sqlstate"), rs.getString("message"), rs.getString("constraint_name")),
        rs.getObject("found_at", OffsetDateTime.class).toInstant(),
        rs.getInt("tries"));
  }

  static String @Nullable [] texts(@Nullable Key key) {
    return key == null ? null : key.texts().toArray(new String[0]);
  }

  static String each(TableKey key, IntFunction<String> part) {
    return IntStream.range(0, key.width()).mapToObj(part).collect(Collectors.joining(", "));
  }

  /**
   * Lets no other transaction add to this quarantine until this one is over, so that what is
   * counted stays true. To be taken last: whoever holds it waits for no row.
   */
  public void lock() {
    jdbc.query(
        "SELECT pg_advisory_xact_lock(hashtextextended('sluice.quarantine/' || ?, 0))",
        rs -> {},
        id.value());
  }

  /**
   * Sets rows aside, those of them that are still there in the version that was tried. Takes no
   * lock in the user's table, and is bounded by the number of rows. May run twice: a row that
   * stands there already is counted as tried once more.
   *
   * <p>Entries of the row in a capture log stay there, and are set aside with it: the application's
   * own writes still find them. One statement, hence one snapshot: a row in the version that was
   * tried has no later entry than the last one that is seen here.
   *
   * @param log null: nothing is captured
   */
  public void add(TableKey key, List<Found> rows, @Nullable CaptureTable log) {
    jdbc.execute((Connection connection) -> add(connection, key, rows, log));
  }

  private static String lastEntry(@Nullable CaptureTable log) {
    return log == null
        ? "CAST(NULL AS bigint)"
        : "(SELECT max(_kl.%s) FROM %s AS _kl WHERE %s)"
            .formatted(CaptureTable.SEQ, log.name().quoted(), log.keyOf("_kl"));
  }

  private Integer add(
      Connection connection, TableKey key, List<Found> rows, @Nullable CaptureTable log)
      throws SQLException {
    String aliases = each(key, TableKey::alias);
    String sql =
        """
        INSERT INTO sluice.quarantine AS _kq
          (migration_id, run, key, row_version, captured_through, sqlstate, message, constraint_name)
        SELECT ?, ?, ARRAY[%s], %s.xmin::text, %s, _kv._kstate, _kv._kmessage, _kv._kconstraint
        FROM unnest(%s, CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]))
          AS _kv(%s, _kversion, _kstate, _kmessage, _kconstraint)
        JOIN %s ON %s
        WHERE _kv._kversion IS NULL OR _kv._kversion = %2$s.xmin::text
        ON CONFLICT (migration_id, run, key) DO UPDATE
        SET row_version = excluded.row_version,
            captured_through = excluded.captured_through,
            sqlstate = excluded.sqlstate,
            message = excluded.message,
            constraint_name = excluded.constraint_name,
            tries = _kq.tries + 1
        """
            .formatted(
                each(key, i -> "CAST(%s AS text)".formatted(key.column(i))),
                key.table().name().quoted(),
                lastEntry(log),
                each(key, i -> "CAST(? AS text[])"),
                aliases,
                key.table().quoted(),
                key.equalTo("_kv"));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, id.value());
      statement.setLong(2, run);
      int next = key.bind(statement, rows.stream().map(Found::key).toList(), 3);
      List<List<@Nullable String>> columns =
          List.of(
              rows.stream().<@Nullable String>map(Found::version).toList(),
              rows.stream().<@Nullable String>map(row -> row.fault().sqlState()).toList(),
              rows.stream().<@Nullable String>map(row -> row.fault().message()).toList(),
              rows.stream().<@Nullable String>map(row -> row.fault().constraint()).toList());
      for (List<@Nullable String> column : columns) {
        statement.setArray(next++, connection.createArrayOf("text", column.toArray()));
      }
      return statement.executeUpdate();
    }
  }

  /** Notes that a row failed again. */
  public void failedAgain(Key key, RowFault fault) {
    jdbc.update(
        """
        UPDATE sluice.quarantine
        SET sqlstate = ?,
            message = ?,
            constraint_name = ?,
            tries = tries + 1
        WHERE migration_id = ?
          AND run = ?
          AND key = CAST(? AS text[])
        """,
        fault.sqlState(),
        fault.message(),
        fault.constraint(),
        id.value(),
        run,
        texts(key));
  }

  /** Takes one row off the list. */
  public void remove(Key key) {
    jdbc.update(
        """
        DELETE FROM sluice.quarantine
        WHERE migration_id = ?
          AND run = ?
          AND key = CAST(? AS text[])
        """,
        id.value(),
        run,
        texts(key));
  }

  /** Takes these rows off the list. Bounded by their number. */
  public void remove(TableKey key, List<Key> rows) {
    String sql =
        """
        DELETE FROM sluice.quarantine AS _kq
        USING unnest(%s) AS _kv(%s)
        WHERE _kq.migration_id = ?
          AND _kq.run = ?
          AND _kq.key = ARRAY[%s]
        """
            .formatted(
                each(key, i -> "CAST(? AS text[])"),
                each(key, TableKey::alias),
                each(key, i -> "_kv." + TableKey.alias(i)));
    jdbc.execute(
        (Connection connection) -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int next = key.bind(statement, rows, 1);
            statement.setString(next, id.value());
            statement.setLong(next + 1, run);
            return statement.executeUpdate();
          }
        });
  }

  /** Takes all rows of the run off the list: none of them was changed. */
  public void clear() {
    jdbc.update(
        "DELETE FROM sluice.quarantine WHERE migration_id = ? AND run = ?", id.value(), run);
  }
}

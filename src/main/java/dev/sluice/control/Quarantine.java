package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.CaptureTable;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
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

  /** Entries that one statement looks up in the user's table. */
  private static final int BATCH = 1_000;

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

  private static String @Nullable [] texts(@Nullable Key key) {
    return key == null ? null : key.texts().toArray(new String[0]);
  }

  /**
   * The condition that a row of the table is not set aside; free of parameters, over the table's
   * own name.
   *
   * <p>A scalar sub-select, because that is an index probe a row, always: NOT EXISTS may become a
   * join, and NOT IN reads the whole list for each row once it outgrows {@code work_mem}. With a
   * collation, because key columns may have others than the list's index.
   */
  public String excludes(TableKey key) {
    return "(SELECT TRUE FROM sluice.quarantine AS _kq WHERE _kq.migration_id = '%s' AND _kq.run = %d AND _kq.key = ARRAY[%s] COLLATE \"default\") IS NULL"
        .formatted(id.value(), run, each(key, i -> "CAST(%s AS text)".formatted(key.column(i))));
  }

  /**
   * The condition that an entry of a capture log is to be done: that its row is not set aside, or
   * has been captured again since. Free of parameters, over the log's own name; an index probe an
   * entry.
   */
  public String excludesEntries(CaptureTable log) {
    String entry = log.name().name().quoted();
    return "(SELECT TRUE FROM sluice.quarantine AS _kq WHERE _kq.migration_id = '%s' AND _kq.run = %d AND _kq.key = ARRAY[%s] COLLATE \"default\" AND _kq.captured_through >= %s.%s) IS NULL"
        .formatted(
            id.value(),
            run,
            log.each(", ", name -> "CAST(%s.%s AS text)".formatted(entry, name)),
            entry,
            CaptureTable.SEQ);
  }

  private static String each(TableKey key, IntFunction<String> part) {
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

  /**
   * Takes those off the list that need nothing more: rows that are gone, or no longer to be done.
   *
   * @param toDo which rows of the table are, a user's SQL
   * @param alsoChanged also those that somebody has written since, for a sweep to try them again
   * @return how many
   */
  public long release(TableKey key, String toDo, boolean alsoChanged) {
    String sql =
        """
        DELETE FROM sluice.quarantine AS _kq
        WHERE _kq.migration_id = ?
          AND _kq.run = ?
          AND _kq.key IN (SELECT _kb.key
                             FROM sluice.quarantine AS _kb
                             WHERE _kb.migration_id = ?
                               AND _kb.run = ?
                               AND (CAST(? AS text[]) IS NULL OR _kb.key > CAST(? AS text[]))
                             ORDER BY _kb.key
                             LIMIT ?)
          AND NOT EXISTS (SELECT
                          FROM %s
                          WHERE (%s) = (%s)
                            %s
                            AND (%s
                            ))
        """
            .formatted(
                key.table().quoted(),
                key.columnList(),
                each(
                    key,
                    i -> "CAST(_kq.key[%d] AS %s)".formatted(i + 1, key.columns().get(i).type())),
                alsoChanged
                    ? "AND %s.xmin::text = _kq.row_version".formatted(key.table().name().quoted())
                    : "",
                UserSql.forJdbc(toDo));
    long released = 0;
    Key last = null;
    for (List<QuarantinedRow> batch = after(null, BATCH);
        !batch.isEmpty();
        batch = after(last, BATCH)) {
      released +=
          jdbc.update(sql, id.value(), run, id.value(), run, texts(last), texts(last), BATCH);
      last = batch.get(batch.size() - 1).key();
    }
    return released;
  }

  /**
   * Takes those off the list that have been captured again: their last entry waits to be done.
   * Bounded by the list, an index probe a row.
   *
   * @return how many
   */
  public long releaseCapturedAgain(CaptureTable log) {
    return jdbc.update(
        """
        DELETE FROM sluice.quarantine AS _kq
        WHERE _kq.migration_id = ?
          AND _kq.run = ?
          AND EXISTS (SELECT
                      FROM %s AS _kl
                      WHERE (%s) = (%s)
                        AND _kl.%s > coalesce(_kq.captured_through, 0))
        """
            .formatted(
                log.name().quoted(),
                log.each(", ", "_kl."::concat),
                each(
                    log.key(),
                    i ->
                        "CAST(_kq.key[%d] AS %s)"
                            .formatted(i + 1, log.key().columns().get(i).type())),
                CaptureTable.SEQ),
        id.value(),
        run);
  }

  /** The version of a row as it is now; null: it is gone. */
  public @Nullable String version(TableKey key, Key row) {
    String sql =
        "SELECT %s.xmin::text FROM %s WHERE %s"
            .formatted(
                key.table().name().quoted(), key.table().quoted(), key.comparedWith("=", i -> "?"));
    return jdbc.queryForList(sql, String.class, row.texts().toArray()).stream()
        .findFirst()
        .orElse(null);
  }
}

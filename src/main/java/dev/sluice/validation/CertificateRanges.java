package dev.sluice.validation;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Keeps the hashed ranges of the latest certificates. Thread-safe. */
final class CertificateRanges {

  /** Of a migration: with 1000 ranges each some 2 MiB. */
  static final int CERTIFICATES_MAX = 10;

  /** A part of the statement that stores a certificate, with three of {@link #arguments}. */
  static final String INSERT =
      """
      INSERT INTO sluice.certificate_range
        (migration_id, run, verified_at, number, after_key, through_key, tail, rows, hash)
      SELECT v.migration_id, v.run, v.verified_at, r.number,
             CAST(r.after_key AS text[]), CAST(r.through_key AS text[]),
             CAST(r.tail AS boolean), CAST(r.rows AS bigint), CAST(r.hash AS uuid)
      FROM verification AS v
      CROSS JOIN unnest(CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]),
                        CAST(? AS text[]), CAST(? AS text[]))
        WITH ORDINALITY AS r(after_key, through_key, tail, rows, hash, number)""";

  private final JdbcTemplate jdbc;

  CertificateRanges(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * The columns of {@code verification} about ranges, and those of {@link #INSERT}.
   *
   * @param hashed null: there are none
   */
  static List<@Nullable Object> arguments(@Nullable HashedRanges hashed) {
    List<HashedRange> ranges = hashed == null ? List.of() : hashed.ranges();
    HashedRanges.Basis basis = hashed == null ? null : hashed.basis();
    List<@Nullable Object> arguments = new ArrayList<>();
    arguments.add(basis == null ? null : basis.walked());
    arguments.add(basis == null ? null : basis.key());
    arguments.add(basis == null ? null : basis.columns().toArray(String[]::new));
    arguments.add(texts(ranges, range -> literal(range.cut().range().after())));
    arguments.add(texts(ranges, range -> literal(range.cut().range().through())));
    arguments.add(texts(ranges, range -> String.valueOf(range.cut().tail())));
    arguments.add(texts(ranges, range -> String.valueOf(range.rows())));
    arguments.add(texts(ranges, HashedRange::hash));
    return arguments;
  }

  private static @Nullable String[] texts(
      List<HashedRange> ranges, Function<HashedRange, @Nullable String> text) {
    return ranges.stream().map(text).toArray(String[]::new);
  }

  /** As PostgreSQL writes a text[]; each element quoted, whatever it holds. */
  private static @Nullable String literal(@Nullable Key key) {
    if (key == null) {
      return null;
    }
    List<String> quoted =
        key.texts().stream()
            .map(text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
            .toList();
    return "{" + String.join(",", quoted) + "}";
  }

  Optional<HashedRanges.Earlier> latest(MigrationId id, long run) {
    return jdbc
        .query(
            """
            SELECT verified_at, walked, key_columns, columns
            FROM sluice.verification AS v
            WHERE migration_id = ?
              AND run = ?
              AND EXISTS (SELECT FROM sluice.certificate_range AS r
                          WHERE (r.migration_id, r.run, r.verified_at)
                              = (v.migration_id, v.run, v.verified_at))
            ORDER BY verified_at DESC
            LIMIT 1
            """,
            (rs, row) -> earlier(rs, id, run),
            id.value(),
            run)
        .stream()
        .findFirst();
  }

  private HashedRanges.Earlier earlier(ResultSet rs, MigrationId id, long run) throws SQLException {
    Instant verifiedAt = rs.getObject("verified_at", OffsetDateTime.class).toInstant();
    HashedRanges.Basis basis =
        new HashedRanges.Basis(
            rs.getString("walked"),
            rs.getString("key_columns"),
            Arrays.asList(texts(rs.getArray("columns"))));
    return new HashedRanges.Earlier(
        verifiedAt, new HashedRanges(basis, ranges(id, run, verifiedAt)));
  }

  private List<HashedRange> ranges(MigrationId id, long run, Instant verifiedAt) {
    return jdbc.query(
        """
        SELECT after_key, through_key, tail, rows, replace(hash::text, '-', '') AS hash
        FROM sluice.certificate_range
        WHERE migration_id = ?
          AND run = ?
          AND verified_at = ?
        ORDER BY number
        """,
        (rs, row) ->
            new HashedRange(
                new CutRange(
                    new KeyRange(key(rs.getArray("after_key")), key(rs.getArray("through_key"))),
                    rs.getBoolean("tail")),
                rs.getLong("rows"),
                rs.getString("hash")),
        id.value(),
        run,
        verifiedAt.atOffset(ZoneOffset.UTC));
  }

  private static @Nullable Key key(@Nullable Array array) throws SQLException {
    return array == null ? null : new Key(Arrays.asList(texts(array)));
  }

  private static String[] texts(Array array) throws SQLException {
    return (String[]) array.getArray();
  }

  /** By itself: a process that dies before it leaves a few more, until the next one. */
  void forgetOld(MigrationId id) {
    jdbc.update(
        """
        DELETE FROM sluice.certificate_range AS r
        WHERE migration_id = ?
          AND (run, verified_at) NOT IN (SELECT run, verified_at
                                         FROM sluice.verification
                                         WHERE migration_id = ?
                                           AND walked IS NOT NULL
                                         ORDER BY run DESC, verified_at DESC
                                         LIMIT %d)
        """
            .formatted(CERTIFICATES_MAX),
        id.value(),
        id.value());
  }
}

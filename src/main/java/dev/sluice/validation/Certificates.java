package dev.sluice.validation;

import dev.sluice.migration.MigrationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Keeps certificates. Thread-safe. */
public final class Certificates {
  private final JdbcTemplate jdbc;
  private final CertificateRanges ranges;

  public Certificates(DataSource dataSource) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.ranges = new CertificateRanges(jdbc);
  }

  /** The latest one of a run. */
  public Optional<Certificate> latest(MigrationId id, long run) {
    return jdbc.query(
        """
        SELECT c.verified_at, v.ended_at, c.name, c.passed, c.detail
        FROM sluice.certificate AS c
        LEFT JOIN sluice.verification AS v USING (migration_id, run, verified_at)
        WHERE c.migration_id = ?
          AND c.run = ?
          AND c.verified_at = (SELECT max(verified_at)
                               FROM sluice.certificate
                               WHERE migration_id = ? AND run = ?)
        ORDER BY c.number
        """,
        Certificates::read,
        id.value(),
        run,
        id.value(),
        run);
  }

  private static Optional<Certificate> read(ResultSet rs) throws SQLException {
    List<Certificate.Result> results = new ArrayList<>();
    Instant verifiedAt = Instant.EPOCH;
    @Nullable Instant endedAt = null;
    while (rs.next()) {
      verifiedAt = rs.getObject("verified_at", OffsetDateTime.class).toInstant();
      OffsetDateTime end = rs.getObject("ended_at", OffsetDateTime.class);
      endedAt = end == null ? null : end.toInstant();
      results.add(
          new Certificate.Result(
              rs.getString("name"), rs.getBoolean("passed"), rs.getString("detail")));
    }
    return results.isEmpty()
        ? Optional.empty()
        : Optional.of(new Certificate(verifiedAt, endedAt, results));
  }

  /** The ranges of the latest certificate of a run that has any. */
  Optional<HashedRanges.Earlier> latestRanges(MigrationId id, long run) {
    return ranges.latest(id, run);
  }

  /** Without ranges. */
  public void save(MigrationId id, long run, Certificate certificate) {
    save(id, run, certificate, null);
  }

  /**
   * One statement: a certificate is there as a whole or not at all.
   *
   * @param hashed null: it has no ranges
   */
  void save(MigrationId id, long run, Certificate certificate, @Nullable HashedRanges hashed) {
    List<Certificate.Result> results = certificate.results();
    OffsetDateTime began = certificate.verifiedAt().atOffset(ZoneOffset.UTC);
    Instant endedAt = certificate.endedAt();
    List<@Nullable Object> arguments = new ArrayList<>();
    arguments.addAll(List.of(id.value(), run, began));
    arguments.add(endedAt == null ? began : endedAt.atOffset(ZoneOffset.UTC));
    arguments.addAll(CertificateRanges.arguments(hashed));
    arguments.add(results.stream().map(Certificate.Result::name).toArray(String[]::new));
    arguments.add(
        results.stream().map(result -> String.valueOf(result.passed())).toArray(String[]::new));
    arguments.add(results.stream().map(Certificate.Result::detail).toArray(String[]::new));
    jdbc.update(
        """
        WITH verification AS (
          INSERT INTO sluice.verification
            (migration_id, run, verified_at, ended_at, walked, key_columns, columns)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          RETURNING migration_id, run, verified_at),
        ranges AS (
        %s)
        INSERT INTO sluice.certificate
          (migration_id, run, verified_at, number, name, passed, detail)
        SELECT v.migration_id, v.run, v.verified_at, r.number, r.name, r.passed, r.detail
        FROM verification AS v
        CROSS JOIN unnest(CAST(? AS text[]), CAST(CAST(? AS text[]) AS boolean[]), CAST(? AS text[]))
          WITH ORDINALITY AS r(name, passed, detail, number)
        """
            .formatted(CertificateRanges.INSERT),
        arguments.toArray());
    ranges.forgetOld(id);
  }
}

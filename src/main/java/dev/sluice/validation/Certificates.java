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
import org.springframework.jdbc.core.JdbcTemplate;

/** Keeps certificates. Thread-safe. */
public final class Certificates {
  private final JdbcTemplate jdbc;

  public Certificates(DataSource dataSource) {
    this.jdbc = new JdbcTemplate(dataSource);
  }

  /** The latest one of a run. */
  public Optional<Certificate> latest(MigrationId id, long run) {
    return jdbc.query(
        """
        SELECT verified_at, name, passed, detail
        FROM sluice.certificate
        WHERE migration_id = ?
          AND run = ?
          AND verified_at = (SELECT max(verified_at)
                             FROM sluice.certificate
                             WHERE migration_id = ? AND run = ?)
        ORDER BY number
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
    while (rs.next()) {
      verifiedAt = rs.getObject("verified_at", OffsetDateTime.class).toInstant();
      results.add(
          new Certificate.Result(
              rs.getString("name"), rs.getBoolean("passed"), rs.getString("detail")));
    }
    return results.isEmpty() ? Optional.empty() : Optional.of(new Certificate(verifiedAt, results));
  }

  /** One statement: a certificate is there as a whole or not at all. */
  public void save(MigrationId id, long run, Certificate certificate) {
    List<Certificate.Result> results = certificate.results();
    jdbc.update(
        """
        INSERT INTO sluice.certificate
          (migration_id, run, verified_at, number, name, passed, detail)
        SELECT ?, ?, ?, r.number, r.name, r.passed, r.detail
        FROM unnest(CAST(? AS text[]), CAST(CAST(? AS text[]) AS boolean[]), CAST(? AS text[]))
          WITH ORDINALITY AS r(name, passed, detail, number)
        """,
        id.value(),
        run,
        certificate.verifiedAt().atOffset(ZoneOffset.UTC),
        results.stream().map(Certificate.Result::name).toArray(String[]::new),
        results.stream().map(result -> String.valueOf(result.passed())).toArray(String[]::new),
        results.stream().map(Certificate.Result::detail).toArray(String[]::new));
  }
}

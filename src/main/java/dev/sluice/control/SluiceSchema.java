package dev.sluice.control;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;

/** The schema {@code sluice} with the program's own tables, created and upgraded by Flyway. */
public final class SluiceSchema {

  public static final String NAME = "sluice";

  private static final String LOCK = "hashtextextended('sluice.schema', 0)";

  private final DataSource dataSource;

  public SluiceSchema(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** False: no migration was ever run on this database. */
  public boolean exists() {
    return Boolean.TRUE.equals(
        new JdbcTemplate(dataSource)
            .queryForObject("SELECT to_regclass('sluice.migration') IS NOT NULL", Boolean.class));
  }

  /**
   * Creates what is missing. Two launchers may call it at once: an advisory lock lets one pass, as
   * {@code CREATE SCHEMA IF NOT EXISTS} alone fails for one of them.
   */
  public void upgrade() {
    new JdbcTemplate(dataSource).execute(this::upgradeAlone);
  }

  private Boolean upgradeAlone(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
      try {
        migrate();
      } finally {
        statement.execute("SELECT pg_advisory_unlock(" + LOCK + ")");
      }
    }
    return true;
  }

  private void migrate() {
    Flyway.configure()
        .dataSource(dataSource)
        .locations("classpath:dev/sluice/control")
        .schemas(NAME)
        .defaultSchema(NAME)
        .createSchemas(true)
        .table("schema_version")
        .load()
        .migrate();
  }
}

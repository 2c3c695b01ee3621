package dev.sluice.control;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;

/** The schema {@code sluice} with the program's own tables, created and upgraded by Flyway. */
public final class SluiceSchema {

  public static final String NAME = "sluice";

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
   * Creates what is missing. Flyway locks its own history table, so that two launchers may call it
   * at once.
   */
  public void upgrade() {
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

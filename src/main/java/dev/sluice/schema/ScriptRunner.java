package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Waiter;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** stub */
public final class ScriptRunner {
  private final JdbcTemplate jdbc;

  public ScriptRunner(DataSource ds, Waiter w) {
    jdbc = new JdbcTemplate(ds);
  }

  public void run(MigrationId id, Script script) {
    jdbc.execute(script.text());
  }
}

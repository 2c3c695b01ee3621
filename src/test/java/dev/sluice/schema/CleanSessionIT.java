package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.migration.Script.Kind;
import dev.sluice.postgres.ConnectionSettings;
import dev.sluice.testing.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** The pool has one connection: what a script leaves in it, the next user of it gets. */
@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class CleanSessionIT {
  private static final String SESSION =
      """
      SELECT name || '=' || setting FROM pg_settings WHERE source = 'session'
      UNION ALL SELECT 'role=' || current_setting('role')
      UNION ALL SELECT 'user=' || current_user
      UNION ALL SELECT 'locks=' || count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
      UNION ALL SELECT 'temporary=' || count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()
      ORDER BY 1
      """;

  private final ScriptTrial trial;
  private final HikariDataSource pool = new HikariDataSource();
  private final JdbcTemplate jdbc = new JdbcTemplate(pool);

  CleanSessionIT(PostgresServer server) {
    trial = new ScriptTrial(server);
  }

  @BeforeEach
  void open() {
    pool.setJdbcUrl(trial.database.url());
    pool.setUsername(trial.database.server().user());
    pool.setPassword(trial.database.server().password());
    pool.setDataSourceProperties(ConnectionSettings.driverProperties());
    pool.setConnectionInitSql(ConnectionSettings.initSql());
    pool.setMaximumPoolSize(1);
  }

  @AfterEach
  void close() {
    pool.close();
    trial.close();
  }

  @Test
  void whatAScriptSetsInItsSessionIsGoneBehindIt() {
    trial.database.execute("CREATE TABLE users (id int)");
    List<String> before = session();

    run(
        """
        SELECT set_config('search_path', '', false), set_config('timezone', 'Asia/Tokyo', false);
        SELECT set_config('role', 'pg_monitor', false);
        SELECT pg_catalog.set_config('role', 'none', false), pg_advisory_lock(42);
        SELECT set_config('row_security', 'on', false), set_config('application_name', 'other', false);
        CREATE TEMPORARY TABLE users (id int);
        DO $$ BEGIN SET lock_timeout = 7; END $$;
        """);

    assertThat(session()).isEqualTo(before).contains("locks=0", "temporary=0", "role=none");
    assertThat(before).contains("TimeZone=UTC", "lock_timeout=0");
  }

  @Test
  void alsoBehindAStatementOutsideATransactionAndAFailure() {
    List<String> before = session();
    trial.database.execute(
        "CREATE FUNCTION poison() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
            + " SET search_path = pg_catalog; RETURN 1; END $$");

    run("VACUUM pg_namespace; SELECT poison(); VACUUM pg_namespace;");
    assertThatThrownBy(() -> run("SELECT public.poison(); VACUUM missing;"))
        .isInstanceOf(ScriptException.class);

    assertThat(session()).isEqualTo(before);
  }

  @Test
  void aLostConnectionIsToldAsWhatItIs() {
    assertThatThrownBy(() -> run("SELECT pg_terminate_backend(pg_backend_pid())"))
        .hasMessageContaining("terminating connection");

    assertThat(session()).contains("TimeZone=UTC");
  }

  private void run(String file) {
    new ScriptRunner(pool, ScriptTrial.NO_WAIT, ScriptTrial.ONCE)
        .run(
            ScriptTrial.ID,
            ScriptTrial.script(
                file.startsWith("SELECT public") ? Kind.CONSTRAIN_UP : Kind.EXPAND_UP, file));
  }

  /** Many times, so that the driver has its statements prepared on the server. */
  private List<String> session() {
    List<String> settings = List.of();
    for (int i = 0; i < 10; i++) {
      settings = jdbc.queryForList(SESSION, String.class);
    }
    return settings;
  }
}

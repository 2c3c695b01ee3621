package dev.sluice.control;

import dev.sluice.postgres.Waiter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;

/** The schema {@code sluice} with the program's own tables, created and upgraded by Flyway. */
public final class SluiceSchema {

  public static final String NAME = "sluice";

  private static final SessionLock LOCK = new SessionLock("sluice.schema");
  private static final Duration POLL = Duration.ofMillis(200);

  /** An upgrade takes a second or two. */
  private static final Duration WAIT_MAX = Duration.ofSeconds(30);

  /** Flyway's own lock, asked for once a second: no one but us should hold it. */
  private static final int FLYWAY_LOCK_RETRIES = 30;

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
   * For those that only read: what launches a migration upgrades it instead.
   *
   * @throws OutdatedSchemaException if an older program has made it
   */
  public void requireCurrent() {
    if (exists() && flyway().info().pending().length > 0) {
      throw new OutdatedSchemaException();
    }
  }

  /** The schema is an older program's. */
  public static final class OutdatedSchemaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutdatedSchemaException() {
      super(
          "schema sluice was made by an older program. The next 'run', 'rollback', 'up' or 'repair'"
              + " upgrades it.");
    }
  }

  /** False: it was made by an older program, which kept none; the next launch upgrades it. */
  public boolean hasHistory() {
    return Boolean.TRUE.equals(
        new JdbcTemplate(dataSource)
            .queryForObject("SELECT to_regclass('sluice.history') IS NOT NULL", Boolean.class));
  }

  /**
   * Creates what is missing. Two launchers may call it at once: an advisory lock lets one pass, as
   * {@code CREATE SCHEMA IF NOT EXISTS} alone fails for one of them.
   *
   * <p>The lock is asked for again and again, outside of any transaction: a session that waits for
   * one holds a snapshot, which CREATE INDEX CONCURRENTLY waits for.
   *
   * @param waiter asked between two attempts
   * @throws SchemaBusyException if another session keeps the lock for {@link #WAIT_MAX}
   */
  public void upgrade(Waiter waiter) {
    new JdbcTemplate(dataSource)
        .execute(
            (Connection connection) -> {
              upgradeAlone(connection, waiter);
              return true;
            });
  }

  private void upgradeAlone(Connection connection, Waiter waiter) throws SQLException {
    boolean clean = false;
    try {
      lock(connection, waiter);
      migrate();
      LOCK.release(connection);
      clean = true;
    } finally {
      if (!clean) {
        LOCK.drop(connection);
      }
    }
  }

  private void lock(Connection connection, Waiter waiter) throws SQLException {
    for (Duration waited = Duration.ZERO; !LOCK.tryTake(connection); ) {
      if (waited.compareTo(WAIT_MAX) >= 0) {
        throw new SchemaBusyException(
            LOCK.holder(new JdbcTemplate(dataSource)).orElse("a session that has just ended"));
      }
      waiter.await(POLL);
      waited = waited.plus(POLL);
    }
  }

  /** Another session has been upgrading the schema for too long. */
  public static final class SchemaBusyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SchemaBusyException(String holder) {
      super(
          ("another process has been creating or upgrading schema sluice for %d s: %s. Wait for it"
                  + " to end, or end it, and run again.")
              .formatted(WAIT_MAX.toSeconds(), holder));
    }
  }

  private void migrate() {
    flyway().migrate();
  }

  private Flyway flyway() {
    return Flyway.configure()
        .dataSource(dataSource)
        .locations("classpath:dev/sluice/control")
        .schemas(NAME)
        .defaultSchema(NAME)
        .createSchemas(true)
        .table("schema_version")
        .lockRetryCount(FLYWAY_LOCK_RETRIES)
        .load();
  }
}

package dev.sluice.control;

import dev.sluice.postgres.Waiter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;

/** The schema {@code sluice} with the program's own tables, created and upgraded by Flyway. */
public final class SluiceSchema {

  public static final String NAME = "sluice";

  /**
   * Of the last of the files that Flyway runs. Asked for by one query: Flyway itself takes a fifth
   * of a second to find that it has nothing to do, at each start.
   */
  static final int VERSION = 8;

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
   * Which database it is, for whoever may have meant another: {@code database shop on
   * 10.0.0.7:5432}.
   */
  String place() {
    return String.valueOf(
        new JdbcTemplate(dataSource)
            .queryForObject(
                """
                SELECT format('database %s on %s', current_database(),
                         coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'a local socket'))
                """,
                String.class));
  }

  /**
   * For those that only read: what launches a migration upgrades it instead.
   *
   * @throws OtherVersionException if another program's version has made it
   */
  public void requireCurrent() {
    if (exists() && !isCurrent()) {
      throw OtherVersionException.older();
    }
  }

  /**
   * A file is noted in the transaction that runs it.
   *
   * @throws OtherVersionException if a newer program has made it: what that one has written there
   *     may be understood wrongly here
   */
  private boolean isCurrent() {
    int version = exists() ? version() : 0;
    if (version > VERSION) {
      throw OtherVersionException.newer(version);
    }
    return version == VERSION;
  }

  private int version() {
    return Objects.requireNonNull(
        new JdbcTemplate(dataSource)
            .queryForObject(
                "SELECT coalesce(max(version::int), 0) FROM sluice.schema_version WHERE success",
                Integer.class));
  }

  /** The schema is an older program's, or a newer one's. */
  public static final class OtherVersionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private OtherVersionException(String message) {
      super(message);
    }

    private static OtherVersionException older() {
      return new OtherVersionException(
          "schema sluice was made by an older program. The next 'run', 'rollback', 'up' or 'repair'"
              + " upgrades it.");
    }

    private static OtherVersionException newer(int version) {
      return new OtherVersionException(
          "schema sluice is of version %d, this program knows version %d. A newer program has upgraded it: use that one."
              .formatted(version, VERSION));
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
   * @throws OtherVersionException if a newer program has upgraded it
   * @throws SchemaBusyException if another session keeps the lock for {@link #WAIT_MAX}
   */
  public void upgrade(Waiter waiter) {
    if (isCurrent()) {
      return;
    }
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
    Flyway.configure()
        .dataSource(dataSource)
        .locations("classpath:dev/sluice/control")
        .schemas(NAME)
        .defaultSchema(NAME)
        .createSchemas(true)
        .table("schema_version")
        .lockRetryCount(FLYWAY_LOCK_RETRIES)
        .load()
        .migrate();
  }
}

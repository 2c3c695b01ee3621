package dev.sluice.testing;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A database of its own for one test; {@link #close} drops it. Thread-safe. */
public final class TestDatabase implements AutoCloseable {
  private final PostgresServer server;
  private final String name;
  private final DataSource dataSource;
  private final JdbcTemplate template;
  private final JdbcClient jdbc;

  TestDatabase(PostgresServer server, String name) {
    this.server = server;
    this.name = name;
    dataSource = server.dataSource(name);
    template = new JdbcTemplate(dataSource);
    jdbc = JdbcClient.create(template);
  }

  public PostgresServer server() {
    return server;
  }

  public String name() {
    return name;
  }

  /** The JDBC URL without user and password: those are the server's. */
  public String url() {
    return server.jdbcUrl(name);
  }

  /** Opens a new connection at each call and keeps none. */
  public DataSource dataSource() {
    return dataSource;
  }

  /** A session of its own, for tests that hold locks. The caller closes it. */
  public Connection connect() throws SQLException {
    return dataSource.getConnection();
  }

  public JdbcClient jdbc() {
    return jdbc;
  }

  /** Runs one or more statements, separated by semicolons, in one transaction. No parameters. */
  public void execute(String sql) {
    template.execute(sql);
  }

  /**
   * Counts rows.
   *
   * @param from what follows FROM: {@code users}, {@code users WHERE tier IS NULL}
   */
  public long count(String from) {
    return jdbc.sql("SELECT count(*) FROM " + from).query(Long.class).single();
  }

  /** Ends all sessions of the database and drops it, on an old server beside the next test. */
  @Override
  public void close() {
    server.drop(name);
  }

  @Override
  public String toString() {
    return name + " on " + server;
  }
}

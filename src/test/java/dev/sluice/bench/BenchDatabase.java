package dev.sluice.bench;

import dev.sluice.testing.Pgbench;
import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A database on the benchmark's server.
 *
 * @param url without user and password
 * @param password null: the driver looks for one, in {@code .pgpass}
 */
record BenchDatabase(String url, String user, @Nullable String password) {

  /** Another database of the same server. */
  BenchDatabase named(String name) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setDatabaseName(name);
    return new BenchDatabase(source.getURL(), user, password);
  }

  /** Opens a new connection at each call and keeps none. */
  DataSource dataSource() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setUser(user);
    source.setPassword(password);
    source.setApplicationName("sluice-bench");
    return source;
  }

  /** The same database for PostgreSQL's own client. */
  Pgbench.Target pgbenchTarget() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    return new Pgbench.Target(
        source.getServerNames()[0],
        source.getPortNumbers()[0],
        user,
        password,
        Objects.requireNonNull(source.getDatabaseName(), url));
  }

  JdbcTemplate jdbc() {
    return new JdbcTemplate(dataSource());
  }

  /** The first column of the only row, as text. */
  String query(String sql) {
    return String.valueOf(jdbc().queryForObject(sql, String.class));
  }

  /** Runs one statement, which may take as long as a contender. */
  void execute(String sql) throws SQLException {
    try (var connection = dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("SET statement_timeout = " + Contender.TIME_MAX.toMillis());
      statement.execute(sql);
    }
  }
}

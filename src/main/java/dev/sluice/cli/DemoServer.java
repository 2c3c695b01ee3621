package dev.sluice.cli;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A PostgreSQL server of the demo's own, in a temporary directory; gone when closed. */
final class DemoServer implements AutoCloseable {

  private static final String USER = "postgres";

  private final EmbeddedPostgres server;

  private DemoServer(EmbeddedPostgres server) {
    this.server = server;
  }

  /** As durable as a real one: the library's own defaults switch that off. */
  static DemoServer start() throws IOException {
    return new DemoServer(
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("max_wal_size", "4GB")
            .start());
  }

  String url() {
    return server.getJdbcUrl(USER, USER);
  }

  String user() {
    return USER;
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of the first row. */
  String query(String sql) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rs = statement.executeQuery(sql)) {
      rs.next();
      return rs.getString(1);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

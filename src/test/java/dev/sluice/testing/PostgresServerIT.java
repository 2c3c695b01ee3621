package dev.sluice.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PostgresServerIT {
  private static final String SERVERS = "dev.sluice.testing.PostgresServer#all";

  @Test
  void runsTheNewestAndTheOldestVersionSideBySide() {
    if (System.getProperty("postgres.provider", "embedded").equals("testcontainers")) {
      assertThat(PostgresServer.all()).containsExactly(PostgresServer.newest());
      assertThat(PostgresServer.oldest()).isSameAs(PostgresServer.newest());
      assertThat(PostgresServer.newest().version()).isBetween(14, 18);
    } else if (BinariesInJar.existForThisMachine()) {
      assertThat(PostgresServer.all()).extracting(PostgresServer::version).containsExactly(18, 14);
    } else {
      assertThat(PostgresServer.all()).extracting(PostgresServer::version).containsExactly(18);
    }
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void databasesAreFreshAndSeparate(PostgresServer server) {
    try (TestDatabase one = server.newDatabase();
        TestDatabase two = server.newDatabase()) {
      one.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
      two.execute("CREATE TABLE t (id int PRIMARY KEY)");

      assertThat(one.count("t")).isEqualTo(2);
      assertThat(one.count("t WHERE id > 1")).isEqualTo(1);
      assertThat(two.count("t")).isZero();
      assertThat(one.url()).isNotEqualTo(two.url());
    }
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void closingDropsTheDatabaseUnderOpenSessions(PostgresServer server) throws SQLException {
    TestDatabase database = server.newDatabase();
    try (Connection open = database.connect()) {
      database.close();

      assertThat(open.isValid(1)).isFalse();
      assertThatThrownBy(database::connect).isInstanceOf(SQLException.class);
      Awaitility.await("the drop").until(() -> !exists(server, database));
    }
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void commitsReachTheDiskAndNamesSortByByte(PostgresServer server) {
    for (String setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
      assertThat(show(server, setting)).as(setting).isEqualTo("on");
    }
    assertThat(show(server, "max_connections")).isEqualTo("200");
    assertThat(show(server, "server_encoding")).isEqualTo("UTF8");
    assertThat(server.admin().sql("SELECT 'B' < 'a'").query(Boolean.class).single()).isTrue();
  }

  @Test
  void separateServersStopDieAndComeBackWithWhatWasCommitted() throws SQLException {
    try (SeparateServer server = PostgresServer.startSeparate(Map.of("wal_level", "logical"))) {
      assertThat(show(server, "wal_level")).isEqualTo("logical");
      TestDatabase database = server.newDatabase();
      database.execute("CREATE TABLE t (id int PRIMARY KEY)");

      server.stop();
      assertThatThrownBy(database::connect).isInstanceOf(SQLException.class);
      server.start();
      try (Connection session = database.connect();
          Statement statement = session.createStatement()) {
        statement.execute("INSERT INTO t VALUES (1)");
        session.setAutoCommit(false);
        statement.execute("INSERT INTO t VALUES (2)");
        server.kill();
        assertThat(session.isValid(1)).isFalse();
      }
      server.start();

      assertThat(database.jdbc().sql("SELECT id FROM t").query(Integer.class).list())
          .containsExactly(1);
    }
  }

  @Test
  void saysHowToGetTheOldestVersion() {
    assertThatThrownBy(() -> BinariesInJar.readable(Path.of("nowhere.jar")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            Path.of("nowhere.jar").toAbsolutePath()
                + ": no such file. It holds the oldest PostgreSQL that the tests run on."
                + " Run './mvnw process-test-resources' once,"
                + " or name the file with -Dpostgres.oldest=");
  }

  private static boolean exists(PostgresServer server, TestDatabase database) {
    return server
        .admin()
        .sql("SELECT EXISTS (SELECT FROM pg_database WHERE datname = ?)")
        .param(database.name())
        .query(Boolean.class)
        .single();
  }

  private static String show(PostgresServer server, String setting) {
    return server.admin().sql("SHOW " + setting).query(String.class).single();
  }
}

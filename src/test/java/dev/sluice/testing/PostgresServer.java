package dev.sluice.testing;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A running PostgreSQL server for integration tests.
 *
 * <p>The system property {@code postgres.provider} chooses what runs: {@code embedded} (default)
 * unpacks and starts binaries, the newest and the oldest version that Sluice supports; {@code
 * testcontainers} starts one container from the image in the environment's {@code POSTGRES_IMAGE},
 * and it stands for both. Every server keeps PostgreSQL's defaults except {@code max_connections}
 * and the time zone, UTC; commits reach the disk, so that killing it means something.
 *
 * <p>{@link #newest}, {@link #oldest} and {@link #all} start on first use, are shared by all tests
 * of a JVM and stop with it. A test that stops or kills a server takes {@link #startSeparate}.
 * Thread-safe.
 */
public sealed class PostgresServer permits SeparateServer {
  static final String USER = "postgres";
  static final String PASSWORD = "postgres";
  static final String ADMIN_DATABASE = "postgres";

  /** 32 workers and as many connections of an application, twice over. */
  private static final String CONNECTIONS_MAX = "200";

  private static final Duration READY_MAX = Duration.ofSeconds(60);

  /** From this version on a new database is written to the log, and its files only by need. */
  private static final int LOGS_NEW_DATABASES = 15;

  private static final PgBinaryResolver NEWEST = DefaultPostgresBinaryResolver.INSTANCE;

  private static @Nullable PostgresServer sharedNewest;
  private static @Nullable PostgresServer sharedOldest;

  private final ServerProcess process;
  private final int version;
  private final AtomicInteger databases = new AtomicInteger();
  private final BackgroundDrops drops = new BackgroundDrops();

  PostgresServer(ServerProcess process) {
    this.process = process;
    Runtime.getRuntime().addShutdownHook(new Thread(process::close, "stop-postgres"));
    process.start();
    awaitConnections();
    version = admin().sql("SHOW server_version_num").query(Integer.class).single() / 10_000;
  }

  /** The newest version that Sluice supports. */
  public static synchronized PostgresServer newest() {
    if (sharedNewest == null) {
      sharedNewest = new PostgresServer(newestProcess(Map.of()));
    }
    return sharedNewest;
  }

  /**
   * The oldest version that Sluice supports.
   *
   * @throws IllegalStateException if its binaries are not there: says how to get them
   */
  public static synchronized PostgresServer oldest() {
    if (usesContainers()) {
      return newest();
    }
    if (sharedOldest == null) {
      sharedOldest = new PostgresServer(embedded(BinariesInJar.ofTheOldestVersion(), Map.of()));
    }
    return sharedOldest;
  }

  /**
   * Every server to test on, the newest first; a source for parameterized tests: {@code
   * MethodSource("dev.sluice.testing.PostgresServer#all")}.
   */
  public static List<PostgresServer> all() {
    return usesContainers() || !BinariesInJar.existForThisMachine()
        ? List.of(newest())
        : List.of(newest(), oldest());
  }

  /**
   * A server of its own for the test that asks, of the newest version. The caller closes it.
   *
   * @param settings server settings on top of the defaults: {@code wal_level} → {@code logical}
   */
  public static SeparateServer startSeparate(Map<String, String> settings) {
    return new SeparateServer(newestProcess(settings));
  }

  /**
   * A server of its own that is embedded whatever the provider: a test may reach its files. The
   * caller closes it.
   *
   * @param oldest of the oldest version that Sluice supports, else of the newest
   */
  public static SeparateServer startEmbedded(boolean oldest, Map<String, String> settings) {
    return new SeparateServer(
        embedded(oldest ? BinariesInJar.ofTheOldestVersion() : NEWEST, settings));
  }

  /** Which of them there are for this machine: {@code MethodSource} of tests on each. */
  public static List<Boolean> embeddedOldest() {
    return BinariesInJar.existForThisMachine() ? List.of(false, true) : List.of(false);
  }

  static EmbeddedProcess embeddedOfVersion(int version, Map<String, String> settings) {
    boolean oldest = version < LOGS_NEW_DATABASES;
    return embedded(oldest ? BinariesInJar.ofTheOldestVersion() : NEWEST, settings);
  }

  private static ServerProcess newestProcess(Map<String, String> settings) {
    return usesContainers()
        ? new ContainerProcess(complete(settings), freePort())
        : embedded(NEWEST, settings);
  }

  private static EmbeddedProcess embedded(PgBinaryResolver binaries, Map<String, String> settings) {
    return new EmbeddedProcess(binaries, complete(settings), freePort());
  }

  private static Map<String, String> complete(Map<String, String> settings) {
    Map<String, String> complete = new LinkedHashMap<>();
    complete.put("max_connections", CONNECTIONS_MAX);
    complete.put("timezone", "UTC");
    complete.putAll(settings);
    return complete;
  }

  private static boolean usesContainers() {
    String provider = System.getProperty("postgres.provider", "embedded");
    return switch (provider) {
      case "embedded" -> false;
      case "testcontainers" -> true;
      default ->
          throw new IllegalArgumentException(
              "postgres.provider must be embedded or testcontainers, got '" + provider + "'");
    };
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The major version: 14, 18. */
  public int version() {
    return version;
  }

  /** A superuser. */
  public String user() {
    return USER;
  }

  public String password() {
    return PASSWORD;
  }

  /** Without user and password. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://%s:%d/%s".formatted(process.host(), process.port(), database);
  }

  /** A proxy before it, which can cut connections off. The caller closes it. */
  public TcpProxy newProxy() {
    return new TcpProxy(process.host(), process.port());
  }

  /** Whether clients on this machine need no password. */
  public boolean trustsClients() {
    return !usesContainers();
  }

  /** A pooler before it, see {@link TransactionPool}. The caller closes it. */
  public TransactionPool newTransactionPool(boolean inTurn) {
    return new TransactionPool(process.host(), process.port(), inTurn);
  }

  /** Opens a new connection at each call and keeps none. */
  public DataSource dataSource(String database) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(jdbcUrl(database));
    source.setUser(USER);
    source.setPassword(PASSWORD);
    return source;
  }

  /** A client of the server's own database, for roles and settings. */
  public JdbcClient admin() {
    return JdbcClient.create(adminTemplate());
  }

  private JdbcTemplate adminTemplate() {
    return new JdbcTemplate(dataSource(ADMIN_DATABASE));
  }

  /** A new, empty database that no other test knows. */
  public TestDatabase newDatabase() {
    drops.check();
    String name = "test_" + databases.incrementAndGet();
    adminTemplate().execute("CREATE DATABASE " + name);
    return new TestDatabase(this, name);
  }

  /** Ends its sessions, and lets no new one in; the database is gone at once, or soon. */
  void drop(String database) {
    if (version >= LOGS_NEW_DATABASES) {
      dropNow(database);
    } else {
      adminTemplate().execute("ALTER DATABASE " + database + " ALLOW_CONNECTIONS false");
      admin()
          .sql("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = ?")
          .param(database)
          .query(Boolean.class)
          .list();
      drops.add(() -> dropNow(database));
    }
  }

  private void dropNow(String database) {
    adminTemplate().execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
  }

  final void awaitConnections() {
    Awaitility.await("server on port " + process.port())
        .atMost(READY_MAX)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(() -> admin().sql("SELECT true").query(Boolean.class).single());
  }

  @Override
  public String toString() {
    return "PostgreSQL %d (%s)".formatted(version, process.provider());
  }
}

package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.TableName;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

class KeyWalkIT {

  private static TestDatabase database;
  private static JdbcTemplate jdbc;

  @BeforeAll
  static void createTables() {
    database = PostgresServer.newest().newDatabase();
    jdbc = new JdbcTemplate(database.dataSource());
    database.execute(
        """
        CREATE TABLE plain (id bigint PRIMARY KEY, v int);
        INSERT INTO plain SELECT i * 3, i % 10 FROM generate_series(1, 10000) AS i;
        CREATE TABLE "Order" ("Tenant" text, "No" int, v int, PRIMARY KEY ("Tenant", "No"));
        INSERT INTO "Order" SELECT chr(97 + i % 7), i, i FROM generate_series(1, 1000) AS i;
        CREATE TABLE empty (id int PRIMARY KEY);
        CREATE TABLE wide (id int PRIMARY KEY, filler text);
        INSERT INTO wide SELECT i, repeat('x', 1000) FROM generate_series(1, 30000) AS i;
        """);
  }

  @AfterAll
  static void drop() {
    database.close();
  }

  @Test
  void rangesHoldEveryKeyOnceAndAboutEqualShares() {
    List<KeyRange> ranges = new KeySample(jdbc, key("plain")).ranges(16);
    KeyWindows windows = new KeyWindows(jdbc, key("plain"));
    assertThat(ranges).hasSize(16);
    assertThat(ranges.stream().mapToLong(range -> windows.count(range, "true")))
        .allMatch(count -> count == 625);
  }

  @Test
  void rangesOfALargeTableComeFromASampleAndStillHoldEveryKeyOnce() {
    List<KeyRange> ranges = new KeySample(jdbc, key("wide")).ranges(8);
    KeyWindows windows = new KeyWindows(jdbc, key("wide"));
    assertThat(ranges.stream().mapToLong(range -> windows.count(range, "true")).sum())
        .isEqualTo(30_000);
  }

  @Test
  void rowsAreEstimatedAsAnalyzedAndBeforeThatByPages() {
    database.execute(
        """
        CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE parted1 PARTITION OF parted FOR VALUES FROM (0) TO (500);
        CREATE TABLE parted2 PARTITION OF parted FOR VALUES FROM (500) TO (1000);
        CREATE TABLE unanalyzed (id int PRIMARY KEY) WITH (autovacuum_enabled = off);
        INSERT INTO parted SELECT generate_series(0, 799);
        INSERT INTO unanalyzed SELECT generate_series(1, 226 * 5);
        ANALYZE parted
        """);
    assertThat(new KeySample(jdbc, key("parted")).rowsEstimated()).isEqualTo(800);
    assertThat(new KeySample(jdbc, key("unanalyzed")).rowsEstimated())
        .as("60 rows in each of 5 pages")
        .isEqualTo(300);
    database.execute("DROP TABLE parted, unanalyzed");
  }

  @Test
  void anEmptyTableIsOneRangeOfEverything() {
    assertThat(new KeySample(jdbc, key("empty")).ranges(16)).containsExactly(KeyRange.ALL);
    assertThat(new KeyWindows(jdbc, key("empty")).greatest()).isNull();
  }

  @Test
  void windowsCutATableWithoutGapsOrOverlaps() {
    KeyWindows windows = new KeyWindows(jdbc, key("\"Order\""));
    KeyRange rest = KeyRange.ALL;
    List<Key> seen = new ArrayList<>();
    while (true) {
      KeyRange window = windows.first(rest, 64);
      seen.addAll(windows.keys(window, "true", 1000));
      if (window.through() == null) {
        break;
      }
      rest = rest.startingAfter(window.through());
    }
    assertThat(seen).hasSize(1000);
    assertThat(new HashSet<>(seen)).hasSize(1000);
  }

  @Test
  void countsUnderAUsersCondition() {
    KeyWindows windows = new KeyWindows(jdbc, key("plain"));
    assertThat(windows.count(KeyRange.ALL, "v = 3 -- three")).isEqualTo(1000);
    assertThat(windows.count(KeyRange.ALL, "'{\"a\": 1}'::jsonb ? 'a' AND v = 3")).isEqualTo(1000);
  }

  @Test
  void theHolderOfARowIsNamed() throws Exception {
    RowLocks locks = new RowLocks(jdbc, key("plain"));
    Key row = new Key(List.of("30"));
    List<Key> window = List.of(new Key(List.of("27")), row, new Key(List.of("33")));
    assertThat(locks.firstHeld(window)).isEmpty();
    assertThat(locks.firstHeld(List.of())).isEmpty();
    try (Connection one = holding("one");
        Connection two = holding("two")) {
      RowLocks.Held both = locks.firstHeld(window).orElseThrow();
      assertThat(both.key()).isEqualTo(row);
      assertThat(both.holder().application()).isIn("one", "two");
      one.rollback();
      assertThat(locks.firstHeld(window).orElseThrow().holder().application()).isEqualTo("two");
      two.rollback();
    }
    assertThat(locks.firstHeld(window)).isEmpty();
  }

  @Test
  void manyRowsAreLookedAtInOneQuery() {
    AtomicInteger queries = new AtomicInteger();
    JdbcTemplate counted =
        new JdbcTemplate(database.dataSource()) {
          @Override
          public <T> T execute(ConnectionCallback<T> action) {
            queries.incrementAndGet();
            return super.execute(action);
          }
        };
    List<Key> rows = IntStream.range(1, 20).mapToObj(i -> new Key(List.of("" + i * 3))).toList();
    assertThat(new RowLocks(counted, key("plain")).firstHeld(rows)).isEmpty();
    assertThat(queries).hasValue(1);
  }

  @Test
  void aSeedChoosesTheSampleAgain() {
    KeySample sample = new KeySample(jdbc, key("wide"));
    assertThat(sample.ranges(8, 1))
        .isEqualTo(sample.ranges(8, 1))
        .isNotEqualTo(sample.ranges(8, 2));
  }

  private static Connection holding(String application) throws Exception {
    Connection connection = database.connect();
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute("SET application_name = '" + application + "'");
      statement.execute("SELECT pg_current_xact_id()");
      statement.execute("SELECT FROM plain WHERE id = 30 FOR SHARE");
    }
    return connection;
  }

  private static TableKey key(String table) {
    return TableKey.of(new Catalog(jdbc).find(TableName.parse(table)).orElseThrow(), List.of());
  }
}

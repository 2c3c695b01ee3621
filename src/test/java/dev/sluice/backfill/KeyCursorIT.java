package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.TableName;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.TableKey;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

class KeyCursorIT {

  private static final int ROWS = 100;
  private static final Duration TARGET_TIME = Duration.ofSeconds(10);

  private TestDatabase database;
  private JdbcTemplate jdbc;
  private TableKey key;

  /** What the guard sees and the chunks do: 30,000 rows, every one to do. */
  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    jdbc = new JdbcTemplate(database.dataSource());
    database.execute(
        """
        CREATE TABLE item (id int PRIMARY KEY, todo boolean NOT NULL, times int DEFAULT 0 NOT NULL);
        INSERT INTO item SELECT i, true FROM generate_series(1, 30000) AS i;
        """);
    key = TableKey.of(new Catalog(jdbc).find(TableName.parse("item")).orElseThrow(), List.of());
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void doesEveryRowOnceInStrides() throws Exception {
    List<Page<Key>> pages = walk(cursor("todo", KeyRange.ALL), Integer.MAX_VALUE);
    assertThat(database.count("item WHERE times <> 1")).isZero();
    assertThat(pages).allMatch(page -> page.items().size() <= ROWS);
    assertThat(pages.get(0).asked().stride()).as("the first page looks how dense it is").isEmpty();
    assertThat(keys(pages.get(1))).startsWith("101", "109", "117");
    assertThat(keys(pages.get(3))).startsWith("102", "110", "118");
  }

  @Test
  void doesEveryRowOnceInKeyOrderWithoutStrides() throws Exception {
    List<Page<Key>> pages = walk(inKeyOrder(KeyRange.ALL), Integer.MAX_VALUE);
    assertThat(database.count("item WHERE times <> 1")).isZero();
    assertThat(keys(pages.get(1))).startsWith("101", "102");
  }

  @Test
  void theCheckpointWaitsForTheLastStride() throws Exception {
    KeyCursor cursor = cursor("todo", KeyRange.ALL);
    walk(cursor, 16);
    assertThat(cursor.checkpoint()).isEqualTo(key(100));
    walk(cursor, 1);
    assertThat(cursor.checkpoint()).isEqualTo(key(1700));
  }

  @Test
  void aCheckpointInTheMiddleOfAStretchLosesAndRepeatsNothing() throws Exception {
    for (int chunks = 1; database.count("item WHERE todo") > 0; chunks++) {
      KeyCursor cursor = cursor("todo", KeyRange.ALL.startingAfter(checkpoint));
      walk(cursor, chunks % 23 + 1);
    }
    assertThat(database.count("item WHERE times <> 1")).isZero();
  }

  @Test
  void aSparseGuardIsReadInKeyOrderOverWholeWindows() throws Exception {
    database.execute("UPDATE item SET todo = false WHERE id % 1000 <> 0");
    List<Page<Key>> pages = walk(cursor("todo", KeyRange.ALL), Integer.MAX_VALUE);
    assertThat(pages).hasSizeLessThan(4).allMatch(page -> page.asked().stride().isEmpty());
    assertThat(database.count("item WHERE todo")).isZero();
  }

  @Test
  void aRangeEndsAtItsLastKeyAlsoWhenThatIsAStridesLast() throws Exception {
    walk(cursor("todo", new KeyRange(key(0), key(1700))), Integer.MAX_VALUE);
    assertThat(database.count("item WHERE NOT todo")).isEqualTo(1700);
    assertThat(database.count("item WHERE NOT todo AND id > 1700")).isZero();
  }

  @Test
  void aGuardThatIsSlowToComputeIsLookedForByThePagesAlone() throws Exception {
    database.execute(
        """
        CREATE FUNCTION slow(id int) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_sleep(0.01);
          RETURN true;
        END $$;
        """);
    KeyCursor cursor = cursor("todo AND slow(id)", new KeyRange(null, key(400)));
    List<Page<Key>> pages = walk(cursor, Integer.MAX_VALUE);
    assertThat(pages).allMatch(page -> page.asked().stride().isEmpty());
    assertThat(database.count("item WHERE times = 1")).isEqualTo(400);
  }

  @Test
  void aStretchOfDoneRowsBehindADenseOneIsPassedInWindows() throws Exception {
    database.execute(
        """
        UPDATE item SET todo = false WHERE id BETWEEN 10001 AND 29000;
        CREATE FUNCTION todo_slowly(todo boolean) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          IF NOT todo THEN
            PERFORM pg_sleep(0.001); -- as if there were a million of them
          END IF;
          RETURN todo;
        END $$;
        """);
    List<Page<Key>> pages = walk(cursor("todo_slowly(todo)", KeyRange.ALL), Integer.MAX_VALUE);
    assertThat(database.count("item WHERE todo")).isZero();
    assertThat(database.count("item WHERE times <> 1 AND id NOT BETWEEN 10001 AND 29000")).isZero();
    assertThat(pages)
        .as("behind them the guard is dense again")
        .anyMatch(page -> page.asked().stride().contains(key(29_101)));
  }

  @Test
  void chunksInStridesSayNothingOfHowFarAPageMayLook() throws Exception {
    database.execute(
        """
        UPDATE item SET todo = false WHERE id > 10000;
        CREATE FUNCTION todo_slowly(todo boolean) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          IF NOT todo THEN
            PERFORM pg_sleep(0.001); -- as if there were a million of them
          END IF;
          RETURN todo;
        END $$;
        """);
    KeyCursor cursor = cursor("todo_slowly(todo)", KeyRange.ALL);
    Page.Request first = cursor.next(ROWS);
    assertThat(first.window().through()).isEqualTo(key(10_000));
    walk(cursor, 10_000 / ROWS);
    assertThat(cursor.checkpoint()).isEqualTo(key(10_000));
    assertThat(cursor.next(ROWS).window().through())
        .as("as far as the first")
        .isEqualTo(key(20_000));
  }

  private @Nullable Key checkpoint;

  private KeyCursor cursor(String guard, KeyRange range) {
    JdbcTemplate bounded = new JdbcTemplate(database.dataSource());
    bounded.setQueryTimeout(1);
    Strides.Lookahead strides = new Strides.Lookahead(new KeyWindows(bounded, key), guard);
    return new KeyCursor(new KeyWindows(jdbc, key), strides, range, TARGET_TIME);
  }

  private KeyCursor inKeyOrder(KeyRange range) {
    return new KeyCursor(new KeyWindows(jdbc, key), null, range, TARGET_TIME);
  }

  /** Does what chunks do, up to {@code chunksMax} of them, and remembers the checkpoint. */
  private List<Page<Key>> walk(KeyCursor cursor, int chunksMax) throws Exception {
    PageReader<Key> reader =
        new PageReader<>(
            database.dataSource(),
            key,
            key.textColumnList(),
            "todo",
            (rs, row) -> key.read(rs),
            item -> item);
    List<Page<Key>> pages = new ArrayList<>();
    while (!cursor.isExhausted() && pages.size() < chunksMax) {
      Page<Key> page = reader.read(cursor.next(ROWS), "");
      jdbc.update(
          "UPDATE item SET todo = false, times = times + 1 WHERE id = ANY (?::int[])",
          (Object) page.keys().stream().map(Key::toString).toArray(String[]::new));
      Key after = cursor.checkpointAfter(page);
      checkpoint = after == null ? checkpoint : after;
      cursor.advance(page, Duration.ofMillis(1));
      assertThat(Objects.equals(cursor.checkpoint(), after)).isTrue();
      pages.add(page);
    }
    return pages;
  }

  private static List<String> keys(Page<Key> page) {
    return page.keys().stream().map(Key::toString).toList();
  }

  private static Key key(int id) {
    return new Key(List.of(Integer.toString(id)));
  }
}

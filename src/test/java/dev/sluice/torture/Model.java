package dev.sluice.torture;

import dev.sluice.testing.TestDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Every row of one table, as it must be, outside the database. Thread-safe. */
final class Model {
  private static final int TRIES_MAX = 20;
  private static final int DIFFERENCES_KEPT = 20;

  private final KeyKind kind;
  private final SyncRule rule;
  private final Map<List<Object>, ModelRow> byKey = new ConcurrentHashMap<>();
  private final List<ModelRow> rows = new ArrayList<>();
  private final List<String> differences = new CopyOnWriteArrayList<>();
  private final AtomicInteger differenceCount = new AtomicInteger();

  /** Learns the rows that are there before anybody writes. */
  Model(Form form, TestDatabase database) {
    this.kind = form.kind();
    this.rule = form.rule();
    readAll(database)
        .forEach(
            (key, state) -> {
              ModelRow row = new ModelRow(key);
              row.expect(Expected.byApplication(state));
              byKey.put(key, row);
              rows.add(row);
            });
  }

  private Map<List<Object>, RowState> readAll(TestDatabase database) {
    Map<List<Object>, RowState> all = new ConcurrentHashMap<>();
    database
        .jdbc()
        .sql("SELECT %s, %s FROM %s".formatted(kind.key(), RowState.COLUMNS, kind.table()))
        .query((ResultSet rs) -> read(rs, all));
    return all;
  }

  private void read(ResultSet rs, Map<List<Object>, RowState> all) throws SQLException {
    List<Object> key = new ArrayList<>();
    for (int i = 1; i <= kind.width(); i++) {
      key.add(rs.getObject(i));
    }
    all.put(List.copyOf(key), RowState.read(rs));
  }

  /** Any row that is there, held for the caller; empty if all that were drawn are taken. */
  Optional<ModelRow> holdAny(Random random) {
    return hold(random, row -> row.expected() != null);
  }

  /** Any key whose row was deleted. */
  Optional<ModelRow> holdDeleted(Random random) {
    return hold(random, row -> row.expected() == null);
  }

  private interface Wanted {
    boolean test(ModelRow row);
  }

  private Optional<ModelRow> hold(Random random, Wanted wanted) {
    for (int i = 0; i < TRIES_MAX; i++) {
      ModelRow row = draw(random);
      if (row.tryHold()) {
        if (wanted.test(row)) {
          return Optional.of(row);
        }
        row.letGo();
      }
    }
    return Optional.empty();
  }

  private ModelRow draw(Random random) {
    synchronized (rows) {
      return rows.get(random.nextInt(rows.size()));
    }
  }

  /** The key of a row that is there, or was. */
  List<Object> anyKey(Random random) {
    return draw(random).key();
  }

  /** This row, held for the caller; empty if it is taken, or not there by now. */
  Optional<ModelRow> hold(List<Object> key) {
    ModelRow row = byKey.get(key);
    if (row == null || !row.tryHold()) {
      return Optional.empty();
    }
    if (row.expected() == null) {
      row.letGo();
      return Optional.empty();
    }
    return Optional.of(row);
  }

  /** A key that never was, held for the caller; empty if it was there after all. */
  Optional<ModelRow> holdNew(List<Object> key) {
    ModelRow row = new ModelRow(key);
    boolean isHeld = row.tryHold();
    if (!isHeld || byKey.putIfAbsent(row.key(), row) != null) {
      return Optional.empty();
    }
    synchronized (rows) {
      rows.add(row);
    }
    return Optional.of(row);
  }

  int rows() {
    return (int) byKey.values().stream().filter(row -> row.expected() != null).count();
  }

  /** A row held what it must not. */
  void differs(String where, ModelRow row, Object expected, Object actual) {
    if (differenceCount.getAndIncrement() < DIFFERENCES_KEPT) {
      differences.add("%s %s: must be %s, is %s".formatted(where, row.key(), expected, actual));
    }
  }

  int differenceCount() {
    return differenceCount.get();
  }

  /** The first ones. */
  List<String> differences() {
    return differences;
  }

  /**
   * Compares every row, both ways, when nobody writes any more.
   *
   * @param end what becomes of a row that the model knows, by a step as of a rollback
   * @param mayBeDue whether a row may still be under the guard
   * @return how many rows were compared
   */
  int compare(TestDatabase database, UnaryOperator<Expected> end, boolean mayBeDue) {
    Map<List<Object>, RowState> actual = readAll(database);
    Set<List<Object>> keys = new HashSet<>(actual.keySet());
    keys.addAll(byKey.keySet());
    for (List<Object> key : keys) {
      ModelRow row = byKey.getOrDefault(key, new ModelRow(key));
      compare(row, Optional.ofNullable(actual.get(key)), end, mayBeDue);
    }
    return keys.size();
  }

  private void compare(
      ModelRow row, Optional<RowState> actual, UnaryOperator<Expected> end, boolean mayBeDue) {
    Optional<Expected> expected = Optional.ofNullable(row.expected());
    if (expected.isEmpty() || actual.isEmpty()) {
      if (expected.isPresent() != actual.isPresent()) {
        differs("at the end", row, expected, actual);
      }
      return;
    }
    Optional<Expected> found = expected.get().look(actual.get(), rule, end);
    if (found.isEmpty() || (found.get().due() && !mayBeDue)) {
      differs("at the end", row, expected.get(), actual.get());
    }
    found.ifPresent(row::expect);
  }

  /** All that the model knows, for counts. */
  List<Expected> known() {
    List<Expected> known = new ArrayList<>();
    for (ModelRow row : byKey.values()) {
      Expected expected = row.expected();
      if (expected != null) {
        known.add(expected);
      }
    }
    return known;
  }
}

package dev.sluice.torture;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One transaction of the application, and what the model will know once it is committed. Each row
 * that a statement touches is compared with the model at once: it returns all columns.
 */
final class ModelTransaction {
  private final Model model;
  private final KeyKind kind;

  /** What the application may rely on, and what may be there already. */
  private final List<SyncRule> rules;

  private final Session session;

  /** Rows held by this transaction, in the order in which they were first touched. */
  private final List<ModelRow> held = new ArrayList<>();

  private final Map<ModelRow, Optional<Expected>> after = new LinkedHashMap<>();

  ModelTransaction(Model model, Form form, SyncRule reliedOn, Session session) {
    this.model = model;
    this.kind = form.kind();
    this.rules = Stream.of(reliedOn, form.rule()).distinct().toList();
    this.session = session;
  }

  /** Takes over a row that is held, to let it go at the end. */
  ModelRow touch(ModelRow row) {
    held.add(row);
    return row;
  }

  private @Nullable Expected now(ModelRow row) {
    Optional<Expected> changed = after.get(row);
    return changed == null ? row.expected() : changed.orElse(null);
  }

  /** Locks the row and looks at it. */
  Expected read(ModelRow row, String lock) throws SQLException {
    return execute(
        "SELECT %s FROM %s WHERE %s FOR %s"
            .formatted(RowState.COLUMNS, kind.table(), keyIs(), lock),
        row,
        Change.NONE);
  }

  /** Without a look before it. */
  Expected update(ModelRow row, Change change) throws SQLException {
    String assignments =
        change.columns().stream()
            .map(column -> column.name() + " = ?")
            .collect(Collectors.joining(", "));
    return execute(
        "UPDATE %s SET %s WHERE %s RETURNING %s"
            .formatted(kind.table(), assignments, keyIs(), RowState.COLUMNS),
        row,
        change);
  }

  private Expected execute(String sql, ModelRow row, Change change) throws SQLException {
    Expected before = Objects.requireNonNull(now(row));
    List<@Nullable Object> values = new ArrayList<>();
    change.columns().forEach(column -> values.add(column.value()));
    Optional<RowState> actual = session.row(sql, Session.join(values, row.key()));
    Optional<Expected> found =
        rules.stream()
            .flatMap(rule -> actual.flatMap(state -> look(before, state, rule, change)).stream())
            .findFirst();
    if (found.isEmpty()) {
      model.differs(sql, row, before, actual);
    }
    Expected known = found.or(() -> actual.map(Expected::byApplication)).orElse(before);
    after.put(row, Optional.of(known));
    return known;
  }

  private static Optional<Expected> look(
      Expected before, RowState actual, SyncRule rule, Change change) {
    return before.look(
        actual, rule, known -> change.isNone() ? known : rule.updated(known, change));
  }

  /** Whether rows and changes in the old shape alone get the new one without the application. */
  boolean keepsRowsRight() {
    return rules.get(0).keepsRowsRight();
  }

  void insert(ModelRow row, RowState state) throws SQLException {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(state.source());
    values.add(state.note());
    values.add(state.values().target());
    values.add(state.values().size());
    String sql =
        "INSERT INTO %s (source, note, target, size, %s) VALUES (?, ?, ?, ?%s) RETURNING %s"
            .formatted(kind.table(), kind.key(), ", ?".repeat(kind.width()), RowState.COLUMNS);
    Optional<RowState> actual = session.row(sql, Session.join(values, row.key()));
    List<Expected> expected = rules.stream().map(rule -> rule.inserted(state)).toList();
    Optional<Expected> found =
        expected.stream().filter(known -> Optional.of(known.state()).equals(actual)).findFirst();
    if (found.isEmpty()) {
      model.differs(sql, row, expected, actual);
    }
    after.put(row, found.or(() -> actual.map(Expected::byApplication)));
  }

  void delete(ModelRow row) throws SQLException {
    String sql = "DELETE FROM %s WHERE %s".formatted(kind.table(), keyIs());
    int rows = session.update(sql, Session.join(List.of(), row.key()));
    if (rows != 1) {
      model.differs(sql, row, Optional.ofNullable(now(row)), rows + " rows");
    }
    after.put(row, Optional.empty());
  }

  private String keyIs() {
    return "(%s) = (?%s)".formatted(kind.key(), ", ?".repeat(kind.width() - 1));
  }

  boolean writes() {
    return !after.isEmpty();
  }

  /** The model knows from now on what the database holds. */
  void committed() {
    after.forEach((row, expected) -> row.expect(expected.orElse(null)));
  }

  /** Lets all rows go; after this the transaction is over. */
  void end() {
    held.forEach(ModelRow::letGo);
  }
}

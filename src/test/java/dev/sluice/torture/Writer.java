package dev.sluice.torture;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one session of the application does, transaction by transaction: everything that a row can
 * suffer, on rows in any order. For one thread.
 */
final class Writer implements Application.Work {
  /** Of a hundred draws, these first ones insert rows. */
  private static final int CHANGES_FROM = 26;

  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration LATE = Duration.ofSeconds(2);

  private final Model model;
  private final KeyKind kind;
  private final int rows;
  private final AtomicLong tokens;
  private final Random random;

  /**
   * @param rows that the table began with
   * @param tokens the next number that no row has seen
   */
  Writer(Model model, Form form, int rows, AtomicLong tokens, Random random) {
    this.model = model;
    this.kind = form.kind();
    this.rows = rows;
    this.tokens = tokens;
    this.random = random;
  }

  @Override
  public void run(ModelTransaction transaction, Session session, boolean mayLeaveDue)
      throws SQLException {
    int steps = 1 + random.nextInt(5);
    for (int i = 0; i < steps; i++) {
      step(transaction, mayLeaveDue);
    }
    int pause = random.nextInt(200);
    if (pause < 2) {
      session.think(upTo(LATE));
    } else if (pause < 12) {
      session.think(upTo(SOON));
    }
  }

  private Duration upTo(Duration most) {
    return Duration.ofMillis(random.nextLong(most.toMillis()));
  }

  private void step(ModelTransaction transaction, boolean mayLeaveDue) throws SQLException {
    int draw = random.nextInt(100);
    if (draw < 20) {
      insertNew(transaction, mayLeaveDue);
    } else if (draw < CHANGES_FROM) {
      insertAgain(transaction, mayLeaveDue);
    } else {
      Optional<ModelRow> row = model.holdAny(random);
      if (row.isPresent()) {
        change(transaction, transaction.touch(row.get()), draw, mayLeaveDue);
      }
    }
  }

  private void insertNew(ModelTransaction transaction, boolean mayLeaveDue) throws SQLException {
    Optional<ModelRow> row = model.holdNew(kind.newKey(random, rows));
    if (row.isPresent()) {
      transaction.insert(transaction.touch(row.get()), newRow(transaction, mayLeaveDue));
    }
  }

  private void insertAgain(ModelTransaction transaction, boolean mayLeaveDue) throws SQLException {
    Optional<ModelRow> row = model.holdDeleted(random);
    if (row.isPresent()) {
      transaction.insert(transaction.touch(row.get()), newRow(transaction, mayLeaveDue));
    }
  }

  private RowState newRow(ModelTransaction transaction, boolean mayLeaveDue) {
    boolean old = transaction.keepsRowsRight() || mayLeaveDue;
    NewValues values = old && random.nextBoolean() ? NewValues.NONE : own();
    return new RowState(random.nextInt(6) == 0 ? null : source(), null, values, 0);
  }

  private NewValues own() {
    return NewValues.own(tokens.incrementAndGet());
  }

  private String source() {
    return "source " + tokens.incrementAndGet();
  }

  private Change newSource() {
    return Change.NONE.withSource(random.nextInt(5) == 0 ? null : source());
  }

  /** Any change of a row that is held. */
  void changeOrDelete(ModelTransaction transaction, ModelRow row, boolean mayLeaveDue)
      throws SQLException {
    change(transaction, row, CHANGES_FROM + random.nextInt(100 - CHANGES_FROM), mayLeaveDue);
  }

  private void change(ModelTransaction transaction, ModelRow row, int draw, boolean mayLeaveDue)
      throws SQLException {
    if (random.nextInt(3) == 0) {
      transaction.read(row, random.nextBoolean() ? "UPDATE" : "SHARE");
    }
    if (draw < 45) {
      transaction.update(row, Change.NONE.withNote("note " + tokens.incrementAndGet()));
    } else if (draw < 65) {
      changeSource(transaction, row);
    } else if (draw < 75) {
      transaction.update(row, Change.NONE.withValues(own()));
    } else if (draw < 80) {
      NewValues values = mayLeaveDue ? NewValues.NONE : own();
      transaction.update(row, Change.NONE.withValues(values));
    } else if (draw < 88) {
      transaction.delete(row);
    } else {
      transaction.read(row, draw % 2 == 0 ? "UPDATE" : "SHARE");
    }
  }

  /** Without sync the application keeps both shapes itself, where the new one is there. */
  private void changeSource(ModelTransaction transaction, ModelRow row) throws SQLException {
    if (random.nextBoolean()) {
      transaction.update(row, newSource().withValues(own()));
      return;
    }
    Expected known = transaction.update(row, newSource());
    if (!transaction.keepsRowsRight() && !known.due()) {
      transaction.update(row, Change.NONE.withValues(own()));
    }
  }
}

package dev.sluice.torture;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * A session that locks rows one after another, in any order, and keeps them for up to seconds. For
 * one thread.
 */
final class Holder implements Application.Work {
  private static final int ROWS_MAX = 30;
  private static final Duration BETWEEN = Duration.ofMillis(60);
  private static final Duration HELD_MAX = Duration.ofSeconds(3);

  private final Model model;
  private final Random random;

  Holder(Model model, Random random) {
    this.model = model;
    this.random = random;
  }

  @Override
  public void run(ModelTransaction transaction, Session session, boolean mayLeaveDue)
      throws SQLException {
    int rows = 1 + random.nextInt(ROWS_MAX);
    for (int i = 0; i < rows; i++) {
      Optional<ModelRow> row = model.holdAny(random);
      if (row.isPresent()) {
        transaction.read(transaction.touch(row.get()), random.nextInt(3) == 0 ? "SHARE" : "UPDATE");
        session.think(BETWEEN.multipliedBy(random.nextInt(2)));
      }
    }
    session.think(Duration.ofMillis(random.nextLong(HELD_MAX.toMillis())));
  }
}

package dev.sluice.bench;

import java.time.Duration;

/** One statement over the whole table: the fastest plain SQL, which locks every row to its end. */
final class WholeTableUpdate implements Contender {

  static final String NAME = "update";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Outcome run(BenchDatabase database) throws Exception {
    long start = System.nanoTime();
    database.execute(
        """
        UPDATE users
        SET first_name = split_part(full_name, ' ', 1),
            last_name = split_part(full_name, ' ', 2)
        WHERE first_name IS NULL
        """);
    return Outcome.of(Duration.ofNanos(System.nanoTime() - start));
  }
}

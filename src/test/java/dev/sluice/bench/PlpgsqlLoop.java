package dev.sluice.bench;

import java.time.Duration;

/** The loop of many guides: any n rows that still need work, commit, until there are none. */
final class PlpgsqlLoop implements Contender {

  private final int chunkRows;

  PlpgsqlLoop(int chunkRows) {
    this.chunkRows = chunkRows;
  }

  @Override
  public String name() {
    return nameOf(chunkRows);
  }

  static String nameOf(int chunkRows) {
    return "loop-" + chunkRows;
  }

  @Override
  public Outcome run(BenchDatabase database) throws Exception {
    long start = System.nanoTime();
    database.execute(
        """
        DO $$
        DECLARE
          updated bigint;
        BEGIN
          LOOP
            UPDATE users
            SET first_name = split_part(full_name, ' ', 1),
                last_name = split_part(full_name, ' ', 2)
            WHERE id IN (SELECT id FROM users WHERE first_name IS NULL LIMIT %d);
            GET DIAGNOSTICS updated = ROW_COUNT;
            COMMIT;
            EXIT WHEN updated = 0;
          END LOOP;
        END
        $$
        """
            .formatted(chunkRows));
    return Outcome.of(Duration.ofNanos(System.nanoTime() - start));
  }
}

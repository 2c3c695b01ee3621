package dev.sluice.backfill;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeySample;
import dev.sluice.postgres.TableKey;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.partition.Partitioner;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The key ranges of a run: computed once from the table's own keys, stored, and the same ever
 * after.
 *
 * <p>A worker finds its range by the name of its step, not in the step's context: a crash between
 * the creation of a step execution and that of its context would leave it without one.
 */
final class Partitions implements Partitioner {

  /** So that workers, which go and come at the end of a partition, do so within minutes. */
  private static final long ROWS_PER_PARTITION = 2_000_000;

  /** Small enough that a slow partition at the end keeps no other worker idle for long. */
  private static final int PARTITIONS_PER_WORKER = 8;

  private static final int PARTITIONS_MAX = 256;
  private static final String NAME_FORMAT = "p%03d";

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final KeySample sample;
  private final TableKey key;
  private final MigrationId id;
  private final long run;
  private final Work.Direction direction;

  Partitions(
      JdbcTemplate jdbc, TransactionTemplate transaction, Work work, MigrationId id, long run) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.sample = new KeySample(jdbc, work.walked());
    this.key = work.walked();
    this.direction = work.direction();
    this.id = id;
    this.run = run;
  }

  /**
   * @param gridSize the number of workers; ignored once the ranges are stored
   */
  @Override
  public Map<String, ExecutionContext> partition(int gridSize) {
    List<KeyRange> ranges = stored();
    if (ranges.isEmpty()) {
      store(sample.ranges(count(gridSize, sample.rowsEstimated())));
      ranges = stored();
    }
    Map<String, ExecutionContext> partitions = new LinkedHashMap<>();
    for (int number = 1; number <= ranges.size(); number++) {
      partitions.put(NAME_FORMAT.formatted(number), new ExecutionContext());
    }
    return partitions;
  }

  static int count(int workers, long rowsEstimated) {
    long byWorkers = (long) PARTITIONS_PER_WORKER * workers;
    long bySize = 1 + rowsEstimated / ROWS_PER_PARTITION;
    return (int) Math.min(PARTITIONS_MAX, Math.max(byWorkers, bySize));
  }

  /** The range of the partition that a step's name ends in. */
  KeyRange range(String stepName) {
    String name = stepName.substring(stepName.lastIndexOf(':') + 1);
    return stored().get(Integer.parseInt(name.substring(1)) - 1);
  }

  private void store(List<KeyRange> ranges) {
    transaction.executeWithoutResult(
        status -> {
          for (int i = 0; i < ranges.size(); i++) {
            jdbc.update(
                """
                INSERT INTO sluice.partition
                  (migration_id, run, direction, number, key_columns, after_key, through_key)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                id.value(),
                run,
                direction.label(),
                i + 1,
                key.describe(),
                texts(ranges.get(i).after()),
                texts(ranges.get(i).through()));
          }
        });
  }

  private static String @Nullable [] texts(@Nullable Key key) {
    return key == null ? null : key.texts().toArray(new String[0]);
  }

  private List<KeyRange> stored() {
    return jdbc.query(
        """
            SELECT key_columns, after_key, through_key
            FROM sluice.partition
            WHERE migration_id = ?
              AND run = ?
              AND direction = ?
            ORDER BY number
            """,
        (rs, row) -> range(rs),
        id.value(),
        run,
        direction.label());
  }

  private KeyRange range(ResultSet rs) throws SQLException {
    if (!rs.getString("key_columns").equals(key.describe())) {
      throw new KeyChangedException(id, rs.getString("key_columns"), key.describe());
    }
    return new KeyRange(key(rs, "after_key"), key(rs, "through_key"));
  }

  private static @Nullable Key key(ResultSet rs, String column) throws SQLException {
    Array array = rs.getArray(column);
    return array == null ? null : new Key(Arrays.asList((String[]) array.getArray()));
  }
}

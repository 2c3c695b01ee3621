package dev.sluice.backfill;

import dev.sluice.migration.DataMigration;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.Table;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemProcessor;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A change for {@code row-count: unchanged}: its write must leave as many rows in the table as it
 * found, whatever the application inserts and deletes at the same time.
 *
 * <p>Counted are the rows that this very session has inserted and deleted, triggers and rules
 * included, by the server's own counters of a transaction. They are exact, where a count of the
 * table before and after a run tells only what everybody did. Not seen is what a deferred
 * constraint trigger does at COMMIT. A row that moves to another partition counts as neither.
 */
final class SameRowCount<I, O> implements RowChange<I, O> {

  /**
   * Takes no lock and reads no row. The counters of a session also hold its last transactions, as
   * long as those are not reported: so it is the difference that counts.
   */
  private static final String ROWS_MORE =
      """
      SELECT CASE WHEN current_setting('track_counts')::boolean
             THEN coalesce(sum(pg_stat_get_xact_tuples_inserted(relid)
                               - pg_stat_get_xact_tuples_deleted(relid)), 0)
             END
      FROM (SELECT CAST(? AS regclass) AS relid
            UNION
            SELECT relid FROM pg_partition_tree(CAST(? AS regclass))) AS leaves
      """;

  private final RowChange<I, O> change;
  private final DataMigration migration;
  private final Table table;
  private final JdbcTemplate jdbc;

  SameRowCount(
      RowChange<I, O> change, DataMigration migration, Table table, DataSource dataSource) {
    this.change = change;
    this.migration = migration;
    this.table = table;
    this.jdbc = new JdbcTemplate(dataSource);
  }

  /** Of a run that has counted its baseline; also where the check has left the definition since. */
  static boolean isAsked(JdbcTemplate jdbc, DataMigration migration, long run) {
    return jdbc.queryForList(
            "SELECT exact FROM sluice.baseline WHERE migration_id = ? AND run = ?",
            Boolean.class,
            migration.id().value(),
            run)
        .contains(true);
  }

  @Override
  public PageReader<I> reader() {
    return change.reader();
  }

  @Override
  public ItemProcessor<I, O> processor() {
    return change.processor();
  }

  @Override
  public String pageLocking(boolean skipLocked) {
    return change.pageLocking(skipLocked);
  }

  @Override
  public ChunkWriter<O> writer(boolean skipLocked) {
    return new Writer(change.writer(skipLocked));
  }

  private final class Writer implements ChunkWriter<O> {
    private final ChunkWriter<O> writer;

    Writer(ChunkWriter<O> writer) {
      this.writer = writer;
    }

    @Override
    public void write(Chunk<? extends O> chunk) throws Exception {
      long before = rowsMore();
      writer.write(chunk);
      long more = rowsMore() - before;
      if (more != 0) {
        throw RowCountChangedException.by(migration, more);
      }
    }

    private long rowsMore() {
      String name = table.name().quoted();
      Long rows = jdbc.queryForObject(ROWS_MORE, Long.class, name, name);
      if (rows == null) {
        throw RowCountChangedException.notTracked(migration);
      }
      return rows;
    }

    @Override
    public Written written() {
      return writer.written();
    }

    @Override
    public List<Key> visited() {
      return writer.visited();
    }
  }
}

package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Waiter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * An undo journal whose end has come, known by the migration's id alone: a cleanup may have renamed
 * or dropped the table that it was made for.
 */
public final class JournalRemains {

  private static final Logger log = LoggerFactory.getLogger(JournalRemains.class);

  /** An array of one plan; its outermost node comes first. */
  private static final Pattern PLAN_ROWS = Pattern.compile("\"Plan Rows\": ([0-9]+)");

  private final JdbcTemplate jdbc;
  private final BriefLock lock;
  private final MigrationId id;

  /**
   * How large a journal is.
   *
   * @param rowsEstimated by the planner, from the table's size
   * @param size with its index, as PostgreSQL prints it: {@code 85 MB}
   */
  public record Size(TableName table, long rowsEstimated, String size) {}

  /**
   * @param waiter waited with between attempts to lock a table
   */
  public JournalRemains(
      DataSource dataSource, Waiter waiter, ScriptSettings settings, MigrationId id) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.lock = new BriefLock(dataSource, waiter, settings, "undo", id);
    this.id = id;
  }

  /** Empty: there is no journal. Reads the catalog and makes a plan, counts nothing. */
  public Optional<Size> size() {
    TableName table = JournalTable.nameOf(id);
    return jdbc
        .queryForList(
            "SELECT pg_size_pretty(pg_total_relation_size(to_regclass(?))) WHERE to_regclass(?) IS NOT NULL",
            String.class,
            table.quoted(),
            table.quoted())
        .stream()
        .findFirst()
        .map(size -> new Size(table, rows(table), size));
  }

  private long rows(TableName table) {
    String plan =
        jdbc.queryForObject("EXPLAIN (FORMAT JSON) SELECT FROM " + table.quoted(), String.class);
    Matcher rows = PLAN_ROWS.matcher(String.valueOf(plan));
    return rows.find() ? Long.parseLong(rows.group(1)) : 0;
  }

  /**
   * From its commit on no new row is noted and no key is followed. The triggers go with their
   * function, whatever their table is called by now; for that it takes ACCESS EXCLUSIVE on it, for
   * milliseconds. Usually the end of the run has done it.
   */
  public void stopNotingBornRows() {
    String function = JournalFunction.nameOf(id);
    lock.run(turn -> turn.execute("DROP FUNCTION IF EXISTS %s() CASCADE".formatted(function)));
  }

  /** Forgets every old value. Nothing if that is done. */
  public void drop() {
    TableName table = JournalTable.nameOf(id);
    lock.run(turn -> turn.execute("DROP TABLE IF EXISTS " + table.quoted()));
    log.info("undo.dropped migration={} table={}", id, table);
  }
}

package dev.sluice.schema;

import dev.sluice.postgres.SqlStates;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * {@code CREATE INDEX CONCURRENTLY} over what may stand under its name already: the same index, an
 * INVALID one that a failed attempt left, one that is being built, or one of somebody else's.
 */
final class BackgroundIndex {
  private static final Logger log = LoggerFactory.getLogger(BackgroundIndex.class);

  /**
   * What a query may rely on, without names: those of the twin differ. Two indexes with the same
   * text are the same.
   */
  private static final String DEFINITION =
      """
      SELECT concat_ws(' ', am.amname, i.indisunique, i.indnkeyatts, i.indnatts, i.indclass, i.indcollation,
               i.indoption, to_jsonb(i) ->> 'indnullsnotdistinct',
               ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, false) FROM generate_series(1, i.indnatts) AS n),
               pg_get_expr(i.indpred, i.indrelid), c.reloptions)
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_am am ON am.oid = c.relam
      WHERE i.indexrelid = %s
      """;

  /**
   * @param name with its schema where the search path needs it, quoted
   * @param onTable on the very table of the statement
   */
  private record Found(long oid, String name, boolean onTable, boolean valid) {}

  private final JdbcTemplate session;
  private final CreateIndex index;
  private final String owner;

  /**
   * @param owner migration and script, for whoever finds a renamed index
   */
  BackgroundIndex(JdbcTemplate session, CreateIndex index, String owner) {
    this.session = session;
    this.index = index;
    this.owner = owner;
  }

  /** Builds it, unless it is there. May run twice. */
  void build(String sql) {
    Optional<Found> found = find();
    if (found.isPresent() && makeWay(found.get())) {
      return;
    }
    try {
      PlainSql.execute(session, sql);
    } catch (DataAccessException e) {
      if (!SqlStates.isTransient(e)) {
        clearAway();
      }
      throw e;
    }
  }

  /** Whether the index is the one that is wanted, and usable. */
  private boolean makeWay(Found found) {
    if (found.onTable() && !found.valid()) {
      refuseWhileBuilt(found);
      drop(found);
      return false;
    }
    Optional<Boolean> same = found.onTable() ? isAsWanted(found) : Optional.of(false);
    if (same.isEmpty()) {
      return false; // PostgreSQL says then what is wrong with the statement
    }
    if (same.get()) {
      log.info("schema.index name={} action=kept, it is as wanted", found.name());
    } else {
      inTransaction(() -> new IndexInTheWay(session).rename(found.oid(), owner));
    }
    return same.get();
  }

  /** Built once more on an empty table like this one. Empty: PostgreSQL refuses that. */
  private Optional<Boolean> isAsWanted(Found found) {
    String have = definition(session, Long.toString(found.oid()));
    return EmptyTwin.ask(
        session,
        index.table(),
        (jdbc, twin) -> {
          PlainSql.execute(jdbc, index.on(twin, "sluice_twin_index").sql());
          return definition(jdbc, "to_regclass('sluice.sluice_twin_index')").equals(have);
        });
  }

  private static String definition(JdbcOperations jdbc, String oid) {
    return Objects.requireNonNull(
        jdbc.queryForObject(DEFINITION.formatted(oid), String.class), "an index has a definition");
  }

  private void inTransaction(Runnable work) {
    DataSource source = Objects.requireNonNull(session.getDataSource(), "made with one");
    new TransactionTemplate(new DataSourceTransactionManager(source))
        .executeWithoutResult(status -> work.run());
  }

  /** Every index of that name in the table's schema: names are unique there. */
  private Optional<Found> find() {
    return session
        .query(
            """
            SELECT i.indexrelid, i.indexrelid::regclass::text AS name, i.indrelid = t.oid AS on_table,
                   i.indisvalid AND i.indisready AS valid
            FROM pg_class t
            JOIN pg_class c ON c.relnamespace = t.relnamespace
            JOIN pg_index i ON i.indexrelid = c.oid
            WHERE t.oid = to_regclass(?)
              AND c.relname = ?
            """,
            (rs, row) ->
                new Found(
                    rs.getLong("indexrelid"),
                    rs.getString("name"),
                    rs.getBoolean("on_table"),
                    rs.getBoolean("valid")),
            index.table(),
            SqlNames.bare(Objects.requireNonNull(index.name(), "refused by SchemaRules")))
        .stream()
        .findFirst();
  }

  /**
   * INVALID is also what an index is while another session builds it, perhaps that of a process of
   * ours whose connection was lost. Whoever builds holds SHARE UPDATE EXCLUSIVE on the table, which
   * everybody may see; so does a vacuum, during which a DROP would wait as well.
   */
  private void refuseWhileBuilt(Found found) {
    boolean built =
        Boolean.TRUE.equals(
            session.queryForObject(
                """
                SELECT EXISTS (SELECT FROM pg_stat_progress_create_index
                               WHERE index_relid = ? AND pid <> pg_backend_pid())
                    OR EXISTS (SELECT FROM pg_locks l
                               JOIN pg_stat_activity a ON a.pid = l.pid
                               WHERE l.granted
                                 AND l.locktype = 'relation'
                                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                                 AND l.relation = to_regclass(?)
                                 AND l.mode = 'ShareUpdateExclusiveLock'
                                 AND l.pid <> pg_backend_pid()
                                 AND a.backend_type IS DISTINCT FROM 'autovacuum worker')
                """,
                Boolean.class,
                found.oid(),
                index.table()));
    if (built) {
      String message = "index " + found.name() + " is being built by another session";
      throw new CannotAcquireLockException(
          message, new SQLException(message, SqlStates.LOCK_NOT_AVAILABLE));
    }
  }

  /** Takes SHARE UPDATE EXCLUSIVE on the table: readers and writers go on. */
  private void drop(Found invalid) {
    log.info("schema.invalid-index name={} action=drop", invalid.name());
    PlainSql.execute(session, "DROP INDEX CONCURRENTLY IF EXISTS " + invalid.name());
  }

  /** After a failure that comes again: an INVALID unique index would go on refusing writes. */
  private void clearAway() {
    try {
      find().filter(f -> f.onTable() && !f.valid()).ifPresent(this::drop);
    } catch (DataAccessException e) {
      log.warn(
          "schema.invalid-index name={} table={} action=left until the next run: {}",
          index.name(),
          index.table(),
          ServerMessage.of(e));
    }
  }
}

package dev.sluice.schema;

import dev.sluice.postgres.SqlStates;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * {@code CREATE INDEX CONCURRENTLY} with what a failed one leaves behind: an INVALID index, which
 * no query uses and every write maintains.
 */
final class BackgroundIndex {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundIndex.class);

  /**
   * @param name with its schema where the search path needs it, quoted
   */
  private record Found(String name, boolean valid) {}

  private final JdbcOperations session;
  private final CreateIndex index;

  BackgroundIndex(JdbcOperations session, CreateIndex index) {
    this.session = session;
    this.index = index;
  }

  /** Builds it, unless it is there and {@code mayHaveHappened}. May run twice. */
  void build(String sql, boolean mayHaveHappened) {
    Optional<Found> found = find();
    if (mayHaveHappened && found.filter(Found::valid).isPresent()) {
      return;
    }
    found.filter(f -> !f.valid()).ifPresent(this::drop);
    try {
      PlainSql.execute(session, sql);
    } catch (DataAccessException e) {
      if (!SqlStates.isTransient(e)) {
        clearAway();
      }
      throw e;
    }
  }

  private Optional<Found> find() {
    List<Found> found =
        session.query(
            """
            SELECT i.indexrelid::regclass::text AS name, i.indisvalid AND i.indisready AS valid
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = to_regclass(?)
              AND c.relname = ?
            """,
            (rs, row) -> new Found(rs.getString("name"), rs.getBoolean("valid")),
            index.table(),
            SqlNames.bare(Objects.requireNonNull(index.name(), "refused by SchemaRules")));
    return found.stream().findFirst();
  }

  /** Takes SHARE UPDATE EXCLUSIVE on the table: readers and writers go on. */
  private void drop(Found invalid) {
    LOG.info("schema.invalid-index name={} action=drop", invalid.name());
    PlainSql.execute(session, "DROP INDEX CONCURRENTLY IF EXISTS " + invalid.name());
  }

  /** After a failure that comes again: an INVALID unique index would go on refusing writes. */
  private void clearAway() {
    try {
      find().filter(f -> !f.valid()).ifPresent(this::drop);
    } catch (DataAccessException e) {
      LOG.warn(
          "schema.invalid-index name={} table={} action=left until the next run: {}",
          index.name(),
          index.table(),
          ServerMessage.of(e));
    }
  }
}

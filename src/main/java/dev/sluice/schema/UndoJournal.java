package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes and drops the undo journal of a migration, and the trigger that notes the rows born after
 * the start of one without a guard. Both are found as they are at a second call.
 */
public final class UndoJournal {

  private static final Logger log = LoggerFactory.getLogger(UndoJournal.class);

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final LockRetry retry;
  private final Duration lockTimeout;
  private final MigrationId id;
  private final JournalTable journal;

  /**
   * @param waiter waited with between attempts to lock the table
   */
  public UndoJournal(
      DataSource dataSource,
      Waiter waiter,
      ScriptSettings settings,
      MigrationId id,
      JournalTable journal) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    this.retry = new LockRetry(waiter, settings);
    this.lockTimeout = settings.lockTimeout();
    this.id = id;
    this.journal = journal;
  }

  /**
   * Makes the table, empty, with its columns typed as in the migration's own. Locks nothing that
   * the application uses but for reading.
   *
   * @throws IllegalStateException if it is there with other columns: the definition has changed
   *     since the run began
   */
  public void create() {
    Table existing = new Catalog(jdbc).find(journal.name()).orElse(null);
    if (existing != null) {
      requireSameColumns(existing);
      return;
    }
    transaction.executeWithoutResult(
        status -> {
          jdbc.execute(
              """
              CREATE TABLE %s AS
              SELECT %s, %s, NULL::uuid AS %s, FALSE AS %s
              FROM %s
              WITH NO DATA
              """
                  .formatted(
                      journal.name().quoted(),
                      journal.keyNames(),
                      journal.writtenNames(),
                      JournalTable.IMAGE,
                      JournalTable.BORN,
                      journal.key().table().quoted()));
          jdbc.execute(
              """
              ALTER TABLE %s
                ADD PRIMARY KEY (%s),
                ALTER COLUMN %s SET NOT NULL,
                ALTER COLUMN %3$s SET DEFAULT FALSE
              """
                  .formatted(journal.name().quoted(), journal.keyNames(), JournalTable.BORN));
        });
    log.info("undo.journal migration={} table={}", id, journal.name());
  }

  private void requireSameColumns(Table existing) {
    List<String> wanted =
        Stream.concat(
                journal.key().columns().stream().map(Table.Column::name),
                journal.written().stream())
            .map(Identifier::value)
            .sorted()
            .toList();
    List<String> found =
        existing.columns().stream()
            .map(column -> column.name().value())
            .filter(name -> !name.equals(JournalTable.IMAGE) && !name.equals(JournalTable.BORN))
            .sorted()
            .toList();
    if (!found.equals(wanted)) {
      throw new IllegalStateException(
          "the undo journal of the run keeps columns %s, the definition now needs %s. Put the definition back, or roll the run back first."
              .formatted(found, wanted));
    }
  }

  /**
   * From its commit on, every inserted row is noted as born: it never needed the change. Waits for
   * running writers, so that a row is either visible to the walk that follows, or noted.
   *
   * <p>Takes SHARE ROW EXCLUSIVE on the table, for milliseconds. The function runs inside the
   * application's statements: as its owner, with a pinned search path. ENABLE ALWAYS, because rows
   * that logical replication brings are born here too.
   */
  public void noteBornRows() {
    retry.run(
        () ->
            transaction.executeWithoutResult(
                status -> {
                  jdbc.execute("SET LOCAL lock_timeout = '%dms'".formatted(lockTimeout.toMillis()));
                  jdbc.execute(function(NOTES));
                  if (!triggerExists()) {
                    triggers().forEach(jdbc::execute);
                  }
                }),
        this::report);
    log.info("undo.born migration={} trigger={}", id, insertTrigger());
  }

  /**
   * From here on no new row is noted. Waits for nobody: where the triggers are in use they stay for
   * now, and do nothing.
   */
  public void stopNotingBornRows() {
    if (!triggerExists()) {
      return;
    }
    jdbc.execute(function("")); // takes no lock on the table
    try {
      dropTriggers();
    } catch (DataAccessException e) {
      if (!SqlStates.isTransient(e)) {
        throw e;
      }
      log.warn(
          "undo.trigger migration={} table={} is in use: trigger {} stays there and does nothing",
          id,
          journal.key().table(),
          insertTrigger());
    }
  }

  /** Takes ACCESS EXCLUSIVE on the table, for milliseconds. Nothing if they are gone already. */
  private void dropTriggers() {
    transaction.executeWithoutResult(
        status -> {
          jdbc.execute("SET LOCAL lock_timeout = '%dms'".formatted(lockTimeout.toMillis()));
          if (triggerExists()) {
            jdbc.execute("DROP TRIGGER %s ON %s".formatted(insertTrigger().quoted(), tableName()));
            jdbc.execute("DROP TRIGGER %s ON %s".formatted(keyTrigger().quoted(), tableName()));
          }
          jdbc.execute("DROP FUNCTION IF EXISTS %s()".formatted(functionName()));
        });
  }

  /** Forgets every old value. */
  public void drop() {
    retry.run(this::dropTriggers, this::report);
    jdbc.execute("DROP TABLE IF EXISTS " + journal.name().quoted());
    log.info("undo.dropped migration={} table={}", id, journal.name());
  }

  /** Its plans are made for its real size: nothing else may have looked at it yet. */
  public void analyze() {
    jdbc.execute("ANALYZE " + journal.name().quoted());
  }

  private void report(int attempt, Duration waited, Throwable error) {
    log.info(
        "undo.retry migration={} table={} attempt={} waited={}ms",
        id,
        journal.key().table(),
        attempt,
        waited.toMillis());
  }

  private boolean triggerExists() {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT EXISTS (SELECT FROM pg_trigger
                           WHERE tgrelid = to_regclass(?) AND tgname = ? AND NOT tgisinternal)
            """,
            Boolean.class,
            tableName(),
            insertTrigger().value()));
  }

  private String tableName() {
    return journal.key().table().quoted();
  }

  /** AFTER triggers fire in the order of their names: this one sees what the others left. */
  private Identifier insertTrigger() {
    return new Identifier("zz_sluice_" + id.value());
  }

  private Identifier keyTrigger() {
    return new Identifier("zz_sluice_" + id.value() + "_k");
  }

  private String functionName() {
    return function(id);
  }

  /** What the triggers of a migration execute. */
  static String function(MigrationId id) {
    return "sluice." + new Identifier("born_" + id.value()).quoted();
  }

  /**
   * A key that is used again belongs to a new row: what the old one held no longer matters. A key
   * that the application changes takes its journal row along.
   */
  private static final String NOTES =
      """
      IF TG_OP = 'UPDATE' THEN
        UPDATE %2$s SET %3$s WHERE (%4$s) = (%5$s);
      ELSE
        INSERT INTO %2$s (%4$s, %6$s) VALUES (%7$s, TRUE)
        ON CONFLICT (%4$s) DO UPDATE SET %6$s = TRUE, %8$s = NULL;
      END IF;
      """;

  /**
   * @param body what it does with a row
   */
  private String function(String body) {
    return ("""
        CREATE OR REPLACE FUNCTION %1$s() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, %9$spg_temp AS $body$
        BEGIN
        """
            + body
            + """
        RETURN NULL;
        END
        $body$
        """)
        .formatted(
            functionName(),
            journal.name().quoted(),
            each(", ", name -> name + " = NEW." + name),
            journal.keyNames(),
            each(", ", name -> "OLD." + name),
            JournalTable.BORN,
            each(", ", name -> "NEW." + name),
            JournalTable.IMAGE,
            typeSchemas());
  }

  /**
   * The second one is not for an UPDATE that leaves the key alone: those cost the application
   * nothing.
   */
  private List<String> triggers() {
    String table = tableName();
    return List.of(
        "CREATE TRIGGER %s AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION %s()"
            .formatted(insertTrigger().quoted(), table, functionName()),
        "CREATE TRIGGER %s AFTER UPDATE ON %s FOR EACH ROW WHEN ((%s) IS DISTINCT FROM (%s)) EXECUTE FUNCTION %s()"
            .formatted(
                keyTrigger().quoted(),
                table,
                each(", ", name -> "OLD." + name),
                each(", ", name -> "NEW." + name),
                functionName()),
        "ALTER TABLE %s ENABLE ALWAYS TRIGGER %s, ENABLE ALWAYS TRIGGER %s"
            .formatted(table, insertTrigger().quoted(), keyTrigger().quoted()));
  }

  /** Where the key's types come from, if not from PostgreSQL itself: so does their {@code =}. */
  private String typeSchemas() {
    return jdbc
        .queryForList(
            """
            SELECT DISTINCT quote_ident(n.nspname)
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE a.attrelid = to_regclass(?)
              AND a.attname = ANY (?)
              AND n.nspname <> 'pg_catalog'
            """,
            String.class,
            tableName(),
            journal.key().columns().stream()
                .map(column -> column.name().value())
                .toArray(String[]::new))
        .stream()
        .map(schema -> schema + ", ")
        .collect(Collectors.joining());
  }

  private String each(String separator, UnaryOperator<String> part) {
    return journal.key().columns().stream()
        .map(column -> part.apply(column.name().quoted()))
        .collect(Collectors.joining(separator));
  }
}

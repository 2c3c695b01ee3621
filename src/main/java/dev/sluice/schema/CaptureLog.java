package dev.sluice.schema;

import static java.util.stream.Collectors.joining;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * {@code sync: capture}: the log of captured keys and the trigger that fills it, from expand until
 * cleanup or rollback.
 *
 * <p>The trigger's function runs inside the application's statements: as its owner, with a pinned
 * search path. It fires after the row's change and has the last name, so that it sees what other
 * triggers made of the row, and where they changed it again {@link CaptureOrder} tells; of a
 * partitioned table it fires before an UPDATE, because a row that moves to another partition is a
 * DELETE and an INSERT afterwards. Making it takes SHARE ROW EXCLUSIVE on the table, dropping it
 * ACCESS EXCLUSIVE, each for milliseconds and with retries, see {@link BriefLock}.
 */
public final class CaptureLog {

  private static final Logger log = LoggerFactory.getLogger(CaptureLog.class);

  private final DataSource dataSource;
  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final BriefLock lock;
  private final MigrationId id;

  /**
   * @param waiter waited with between attempts to lock the table
   */
  public CaptureLog(DataSource dataSource, Waiter waiter, ScriptSettings settings, MigrationId id) {
    this.dataSource = dataSource;
    this.jdbc = new JdbcTemplate(dataSource);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    this.lock = new BriefLock(dataSource, waiter, settings, "capture", id);
    this.id = id;
  }

  /**
   * Makes log, function and trigger, or finds them. From its commit on every change is captured; it
   * waits for running writers, so that each change is either visible to the walk that follows, or
   * captured. A trigger that somebody has disabled is enabled again.
   *
   * @throws IllegalStateException if the log is there with another key: the definition has changed
   *     since the run began
   */
  public void install(DataMigration migration) {
    Table table = table(migration);
    CaptureTable captured = captured(migration, table);
    CapturedColumns columns = CapturedColumns.of(dataSource, migration, table);
    Table existing = new Catalog(jdbc).find(captured.name()).orElse(null);
    if (existing != null) {
      otherKey(existing, captured)
          .ifPresent(
              fault -> {
                throw new IllegalStateException(fault);
              });
    }
    lock.run(
        turn -> {
          if (existing == null) {
            createTable(turn, captured);
          }
          turn.execute(new CaptureFunction(jdbc, id, captured, table, columns).definition());
          createTriggers(turn, captured, columns, table);
        });
    log.info("capture.begun migration={} log={} trigger={}", id, captured.name(), triggerName());
  }

  /**
   * Makes the function anew, because a default has changed perhaps: what it gives a column is no
   * value of the application's. Takes no lock on the table. Nothing if there is no log.
   */
  public void refresh(DataMigration migration) {
    Table table = table(migration);
    CaptureTable captured = captured(migration, table);
    if (new Catalog(jdbc).find(captured.name()).isEmpty()) {
      return;
    }
    CapturedColumns columns = CapturedColumns.of(dataSource, migration, table);
    transaction.executeWithoutResult(
        status ->
            jdbc.execute(new CaptureFunction(jdbc, id, captured, table, columns).definition()));
  }

  /**
   * Drops trigger, function and log in one transaction; nothing if they are gone. The trigger goes
   * with its function, whatever its table is called by now.
   */
  public void drop() {
    drop(false);
  }

  /**
   * The same if no entry waits once nothing can be captured any more; else it stays as it is.
   *
   * @return whether it is gone
   */
  public boolean dropIfEmpty() {
    return drop(true);
  }

  private boolean drop(boolean onlyIfEmpty) {
    if (!isThere()) {
      return true;
    }
    String name = CaptureTable.nameOf(id).quoted();
    AtomicBoolean dropped = new AtomicBoolean();
    lock.run(
        turn -> {
          turn.execute(
              "DROP FUNCTION IF EXISTS %s() CASCADE".formatted(CaptureFunction.nameOf(id)));
          dropped.set(!(onlyIfEmpty && hasEntries(turn)));
          if (dropped.get()) {
            turn.execute("DROP TABLE IF EXISTS " + name);
          } else {
            turn.giveUp();
          }
        });
    if (dropped.get()) {
      log.info("capture.dropped migration={} log={}", id, CaptureTable.nameOf(id));
    }
    return dropped.get();
  }

  /** Its function counts: without it there is no trigger. */
  private boolean isThere() {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            "SELECT to_regprocedure(?) IS NOT NULL OR to_regclass(?) IS NOT NULL",
            Boolean.class,
            CaptureFunction.nameOf(id) + "()",
            CaptureTable.nameOf(id).quoted()));
  }

  private boolean hasEntries(BriefLock.Turn turn) {
    return new Catalog(jdbc).find(CaptureTable.nameOf(id)).isPresent()
        && turn.isTrue(
            "SELECT EXISTS (SELECT FROM %s)".formatted(CaptureTable.nameOf(id).quoted()));
  }

  private void createTable(BriefLock.Turn turn, CaptureTable captured) {
    String name = captured.name().quoted();
    turn.execute(
        "CREATE TABLE %s AS SELECT %s FROM %s WITH NO DATA"
            .formatted(name, captured.keyNames(), captured.key().table().quoted()));
    turn.execute(
        """
        ALTER TABLE %s
          ADD COLUMN %s bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          ADD COLUMN %s boolean NOT NULL
        """
            .formatted(name, CaptureTable.SEQ, CaptureTable.DUE));
    // not unique: two transactions of the application must never wait for each other here
    turn.execute(
        "CREATE INDEX ON %s (%s, %s)".formatted(name, captured.keyNames(), CaptureTable.SEQ));
  }

  /**
   * Whether each change of the application is captured: somebody may have dropped a trigger, or
   * disabled it, on one partition perhaps. Takes no lock on the table, which may be gone.
   */
  public boolean stands(DataMigration migration) {
    String name = migration.table().quoted();
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT count(*) = count(*) FILTER (WHERE t.tgenabled = 'A')
               AND count(*) FILTER (WHERE t.tgrelid = to_regclass(?))
                   = (SELECT CASE c.relkind WHEN 'p' THEN 2 ELSE 1 END
                      FROM pg_class c
                      WHERE c.oid = to_regclass(?))
            FROM pg_trigger t
            WHERE t.tgfoid = to_regprocedure(?)
            """,
            Boolean.class,
            name,
            name,
            CaptureFunction.nameOf(id) + "()"));
  }

  /** Why the log does not fit the definition; empty: it does, or there is none. */
  public Optional<String> refusal(DataMigration migration) {
    CaptureTable captured = captured(migration, table(migration));
    return new Catalog(jdbc)
        .find(captured.name())
        .flatMap(existing -> otherKey(existing, captured));
  }

  private static Optional<String> otherKey(Table existing, CaptureTable captured) {
    List<Identifier> wanted = captured.key().columns().stream().map(Table.Column::name).toList();
    boolean same =
        wanted.stream().allMatch(name -> existing.column(name).isPresent())
            && existing.columns().size() == wanted.size() + 2;
    return same
        ? Optional.empty()
        : Optional.of(
            "the capture log of the run does not have the key (%s). Put the definition back, or roll the run back first."
                .formatted(wanted.stream().map(Identifier::toString).collect(joining(", "))));
  }

  /** The columns whose types must stay as long as the trigger stands. */
  public List<Identifier> needs(DataMigration migration) {
    Table table = table(migration);
    return needs(captured(migration, table), CapturedColumns.of(dataSource, migration, table));
  }

  private static List<Identifier> needs(CaptureTable captured, CapturedColumns columns) {
    return Stream.of(
            captured.key().columns().stream().map(Table.Column::name),
            columns.sources().stream(),
            columns.written().stream())
        .flatMap(names -> names)
        .distinct()
        .toList();
  }

  private void createTriggers(
      BriefLock.Turn turn, CaptureTable captured, CapturedColumns columns, Table table) {
    TableTrigger changes = trigger(triggerName(), table);
    if (table.kind() == 'p') {
      changes.make(turn, "BEFORE UPDATE", condition("OLD", captured, columns));
      trigger(insertTriggerName(), table)
          .make(turn, "AFTER INSERT", condition("NEW", captured, columns));
    } else {
      changes.make(turn, "AFTER INSERT OR UPDATE", condition("NEW", captured, columns));
    }
  }

  /**
   * Always true. It names the columns that the function needs, so that PostgreSQL refuses to drop
   * one or to change its type: it does not know what is in a function, and a key that has become
   * wider than the log's would fail the application's INSERT.
   */
  private static String condition(String row, CaptureTable captured, CapturedColumns columns) {
    return needs(captured, columns).stream()
        .map(column -> row + "." + column.quoted())
        .collect(Collectors.joining(", ", "WHEN (TRUE OR ROW(", ") IS NULL)"));
  }

  private TableTrigger trigger(Identifier name, Table table) {
    return new TableTrigger(name, table.name(), CaptureFunction.nameOf(id));
  }

  private Table table(DataMigration migration) {
    return new Catalog(jdbc).require(migration.table());
  }

  private static CaptureTable captured(DataMigration migration, Table table) {
    return CaptureTable.of(migration.id(), TableKey.of(table, migration.key()));
  }

  private Identifier triggerName() {
    return new Identifier("zz_sluice_" + id.value() + "_c");
  }

  /** 63 characters at most, as PostgreSQL allows. */
  private Identifier insertTriggerName() {
    return new Identifier("zz_sluice_" + id.value() + "_ci");
  }
}

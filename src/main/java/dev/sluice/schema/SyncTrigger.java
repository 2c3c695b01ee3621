package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.SyncDefaults;
import dev.sluice.postgres.SyncFunction;
import dev.sluice.postgres.SyncInserts;
import dev.sluice.postgres.SyncRules;
import dev.sluice.postgres.SyncSettings;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.Map;
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
 * The trigger of {@code sync: trigger}: from its commit on, the application's own statements keep
 * the written columns right. It stays after the run, until cleanup or rollback.
 *
 * <p>One trigger without a column list, because {@code UPDATE OF a} does not fire where another
 * trigger changed {@code a}; ENABLE ALWAYS, because logical replication writes rows too. Its name
 * puts it behind other triggers, which may change what it reads.
 */
public final class SyncTrigger {

  private static final Logger log = LoggerFactory.getLogger(SyncTrigger.class);

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final LockRetry retry;
  private final Duration lockTimeout;
  private final SyncRules rules;
  private final Identifier trigger;

  /**
   * @param waiter waited with between attempts to lock the table
   */
  public SyncTrigger(
      DataSource dataSource, Waiter waiter, ScriptSettings settings, SyncRules rules) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    this.retry = new LockRetry(waiter, settings);
    this.lockTimeout = settings.lockTimeout();
    this.rules = rules;
    this.trigger = SyncFunction.triggerOf(rules.id());
  }

  /**
   * Makes the function anew, and the trigger where it is missing or disabled. For the trigger it
   * takes SHARE ROW EXCLUSIVE on the table, for milliseconds: so it waits for all that write it,
   * and each row is either visible to the walk that follows or has met the trigger. For the
   * function alone no lock on the table.
   *
   * @return whether the trigger was not there
   */
  public boolean install() {
    AtomicBoolean made = new AtomicBoolean();
    retry.run(
        () ->
            transaction.executeWithoutResult(
                status -> {
                  jdbc.execute("SET LOCAL lock_timeout = '%dms'".formatted(lockTimeout.toMillis()));
                  makeFunction();
                  made.set(!stands());
                  if (made.get()) {
                    makeTrigger();
                  }
                }),
        this::report);
    log.info(
        "sync.trigger migration={} trigger={} {}",
        rules.id(),
        trigger,
        made.get() ? "made" : "stands");
    return made.get();
  }

  private void makeFunction() {
    Map<String, String> settings = SyncSettings.of(jdbc);
    JournalTable journal = rules.journal();
    if (journal != null) {
      SyncInserts inserts = new SyncInserts(rules.id(), journal);
      inserts.tables().forEach(jdbc::execute);
      PlainSql.execute(jdbc, inserts.definition(settings));
      jdbc.execute(
          "REVOKE ALL ON FUNCTION %s() FROM PUBLIC".formatted(SyncInserts.functionOf(rules.id())));
    }
    PlainSql.execute(jdbc, new SyncFunction(rules, settings).definition());
    jdbc.execute("REVOKE ALL ON FUNCTION %s() FROM PUBLIC".formatted(name()));
    PlainSql.execute(jdbc, SyncDefaults.keep(jdbc, rules));
  }

  private void makeTrigger() {
    String table = rules.key().table().quoted();
    if (!exists(name(), trigger)) { // a DROP first would keep readers out as well
      jdbc.execute(
          """
          CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s FOR EACH ROW
          WHEN (TRUE OR ROW(%s) IS NULL)
          EXECUTE FUNCTION %s()
          """
              .formatted(trigger.quoted(), table, named(), name()));
    }
    enable(trigger);
    if (rules.journal() != null) {
      SyncInserts.triggersOf(rules.id()).forEach(this::makeInsertTrigger);
    }
  }

  private void makeInsertTrigger(Identifier name, String event) {
    String function = SyncInserts.functionOf(rules.id());
    if (!exists(function, name)) {
      jdbc.execute(
          "CREATE TRIGGER %s %s ON %s FOR EACH %s EXECUTE FUNCTION %s()"
              .formatted(
                  name.quoted(),
                  event,
                  rules.key().table().quoted(),
                  SyncInserts.isForRows(name) ? "ROW" : "STATEMENT",
                  function));
    }
    enable(name);
  }

  private void enable(Identifier name) {
    jdbc.execute(
        "ALTER TABLE %s ENABLE ALWAYS TRIGGER %s"
            .formatted(rules.key().table().quoted(), name.quoted()));
  }

  /**
   * Columns that the function needs, named for no other purpose than this: PostgreSQL then refuses
   * to drop one, or to change its type, as long as the trigger stands. It does not know what is in
   * a function, and the next statement of the application would fail there.
   */
  private String named() {
    return Stream.of(
            rules.reads().stream(),
            rules.writes().stream(),
            rules.key().columns().stream().map(Table.Column::name))
        .flatMap(names -> names)
        .distinct()
        .map(column -> "NEW." + column.quoted())
        .collect(Collectors.joining(", "));
  }

  private boolean exists(String function, Identifier name) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT EXISTS (SELECT FROM pg_trigger
                           WHERE tgrelid = to_regclass(?) AND tgfoid = to_regprocedure(?) AND tgname = ?)
            """,
            Boolean.class,
            rules.key().table().quoted(),
            function + "()",
            name.value()));
  }

  private boolean stands() {
    return stands(name(), trigger)
        && (rules.journal() == null
            || SyncInserts.triggersOf(rules.id()).keySet().stream()
                .allMatch(name -> stands(SyncInserts.functionOf(rules.id()), name)));
  }

  /** On each partition too: somebody may have disabled it on one. */
  private boolean stands(String function, Identifier name) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT count(*) > 0
               AND count(*) = count(*) FILTER (WHERE t.tgenabled = 'A')
               AND count(*) FILTER (WHERE t.tgrelid = to_regclass(?)) = 1
            FROM pg_trigger t
            WHERE t.tgfoid = to_regprocedure(?)
              AND t.tgname = ?
            """,
            Boolean.class,
            rules.key().table().quoted(),
            function + "()",
            name.value()));
  }

  private String name() {
    return SyncFunction.nameOf(rules.id());
  }

  private void report(int attempt, Duration waited, Throwable error) {
    log.info(
        "sync.retry migration={} table={} attempt={} waited={}ms: {}",
        rules.id(),
        rules.key().table(),
        attempt,
        waited.toMillis(),
        ServerMessage.of(error));
  }
}

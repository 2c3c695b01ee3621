package dev.sluice.schema;

import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Waiter;
import dev.sluice.sync.SyncDefaults;
import dev.sluice.sync.SyncFunction;
import dev.sluice.sync.SyncInserts;
import dev.sluice.sync.SyncRules;
import dev.sluice.sync.SyncSettings;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The trigger of {@code sync: trigger}: from its commit on, the application's own statements keep
 * the written columns right. It stays after the run, until cleanup or rollback.
 *
 * <p>One trigger without a column list, because {@code UPDATE OF a} does not fire where another
 * trigger changed {@code a}. Its name puts it behind other triggers, which may change what it
 * reads.
 */
public final class SyncTrigger {

  private static final Logger log = LoggerFactory.getLogger(SyncTrigger.class);

  private final JdbcTemplate jdbc;
  private final BriefLock lock;
  private final SyncRules rules;
  private final TableTrigger trigger;

  /**
   * @param waiter waited with between attempts to lock the table
   */
  public SyncTrigger(
      DataSource dataSource, Waiter waiter, ScriptSettings settings, SyncRules rules) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.lock = new BriefLock(dataSource, waiter, settings, "sync", rules.id());
    this.rules = rules;
    this.trigger =
        new TableTrigger(
            SyncFunction.triggerOf(rules.id()),
            rules.key().table(),
            SyncFunction.nameOf(rules.id()));
  }

  /**
   * Makes the functions anew, and a trigger where it is missing or disabled; the one that follows
   * keys, if there is one, is put ahead, and the function notes rows under the key that they take.
   * All in one transaction: either without the other would lose them. For a trigger it takes SHARE
   * ROW EXCLUSIVE on the table, for milliseconds: so it waits for all that write it, and each row
   * is either visible to the walk that follows or has met the trigger. For the functions alone no
   * lock on the table.
   *
   * @return whether the trigger was not there
   */
  public boolean install() {
    AtomicBoolean made = new AtomicBoolean();
    lock.run(
        turn -> {
          makeFunctions(turn, followsKeys(turn));
          made.set(makeTriggers(turn));
        });
    log.info(
        "sync.trigger migration={} trigger={} {}",
        rules.id(),
        trigger.name(),
        made.get() ? "made" : "stands");
    return made.get();
  }

  private boolean followsKeys(BriefLock.Turn turn) {
    JournalTable journal = rules.journal();
    if (journal == null) {
      return false;
    }
    JournalFunction function = new JournalFunction(turn.jdbc(), rules.id(), journal);
    return new KeyTrigger(rules.id(), journal, function).putAhead(turn);
  }

  private void makeFunctions(BriefLock.Turn turn, boolean followsKeys) {
    Map<String, String> settings = SyncSettings.of(jdbc);
    JournalTable journal = rules.journal();
    if (journal != null) {
      SyncInserts inserts = new SyncInserts(rules.id(), journal);
      if (!turn.isTrue(inserts.areMade())) {
        inserts.tables().forEach(turn::execute);
      }
      turn.execute(inserts.removeLeftOver());
      turn.execute(inserts.definition(settings));
      revoke(turn, SyncInserts.functionOf(rules.id()));
    }
    turn.execute(new SyncFunction(rules, settings).definition(followsKeys));
    revoke(turn, SyncFunction.nameOf(rules.id()));
    turn.execute(SyncDefaults.keep(jdbc, rules));
  }

  private static void revoke(BriefLock.Turn turn, String function) {
    turn.execute("REVOKE ALL ON FUNCTION %s() FROM PUBLIC".formatted(function));
  }

  /** Whether one was not there. */
  private boolean makeTriggers(BriefLock.Turn turn) {
    boolean made = trigger.make(turn, "BEFORE INSERT OR UPDATE", condition());
    if (rules.journal() != null) {
      made |= insertTrigger(SyncInserts.BEFORE_ALL).makeForStatements(turn, "BEFORE INSERT");
      made |= insertTrigger(SyncInserts.AFTER_EACH).make(turn, "AFTER INSERT", "");
      made |= insertTrigger(SyncInserts.AFTER_ALL).makeForStatements(turn, "AFTER INSERT");
    }
    return made;
  }

  private TableTrigger insertTrigger(String suffix) {
    return new TableTrigger(
        SyncInserts.triggerOf(rules.id(), suffix),
        trigger.table(),
        SyncInserts.functionOf(rules.id()));
  }

  /**
   * Columns that the function needs, named for no other purpose than this: PostgreSQL then refuses
   * to drop one, or to change its type, as long as the trigger stands. It does not know what is in
   * a function, and the next statement of the application would fail there.
   */
  private String condition() {
    return rules.needs().stream()
        .map(column -> "NEW." + column.quoted())
        .collect(Collectors.joining(", ", "WHEN (TRUE OR ROW(", ") IS NULL)"));
  }
}

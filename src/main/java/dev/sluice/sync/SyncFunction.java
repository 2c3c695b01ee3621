package dev.sluice.sync;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The text of the function behind a sync trigger, which fires BEFORE INSERT OR UPDATE of each row,
 * inside the application's statements.
 *
 * <p>A row in scope is one that is under the guard as it is, or would be with nothing yet in the
 * written columns, NULL or their DEFAULT; the others are not the migration's. The guard is asked
 * before an expression is computed, because it may be what keeps the expression from failing.
 * Expressions stand there as in the definition, over a sub-select of the new row under the table's
 * name.
 *
 * <p>The cheap questions come first and look at single columns: the whole row, and with it each
 * value that is stored out of line, is read only where something is to be computed.
 */
public final class SyncFunction {

  private final SyncRules rules;
  private final SyncClauses clauses;
  private final SyncCases cases;
  private final Optional<SyncJournal> journal;
  private final Map<String, String> settings;

  /**
   * @param settings of the function, by name, as SQL: those that the backfill's session has, so
   *     that the same text means the same in the application's session
   */
  public SyncFunction(SyncRules rules, Map<String, String> settings) {
    this.rules = rules;
    this.clauses = new SyncClauses(rules);
    this.cases = new SyncCases(rules);
    this.journal =
        Optional.ofNullable(rules.journal()).map(journal -> new SyncJournal(rules, journal));
    this.settings = Map.copyOf(settings);
  }

  /** Quoted, with its schema. */
  public static String nameOf(MigrationId id) {
    return "sluice." + new Identifier("sync_" + id.value()).quoted();
  }

  /**
   * BEFORE triggers fire in the order of their names: this one comes late. Not for two functions.
   */
  public static Identifier triggerOf(MigrationId id) {
    return new Identifier("zz_sluice_" + id.value() + "_s");
  }

  /**
   * Makes it, or makes it anew; that takes no lock on the table.
   *
   * @param followsKeys whether a journal row has taken the key of its row when this one fires
   */
  public String definition(boolean followsKeys) {
    return create("CREATE OR REPLACE FUNCTION " + nameOf(rules.id()), body(followsKeys));
  }

  /**
   * Makes one for a trial in the session's temporary schema: PostgreSQL looks at the statements of
   * a function when they are executed for the first time, which must not be in the application. It
   * executes each of them over no row.
   */
  public String trial(String name) {
    return create("CREATE FUNCTION pg_temp." + name, trialBody());
  }

  private String create(String head, String body) {
    String tag = "$_ksync$";
    while (body.contains(tag)) {
      tag = "$_" + tag.substring(1);
    }
    return """
        %s() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER
        %s
        AS %s
        %s%s
        """
        .formatted(head, SyncSettings.clauses(settings), tag, body, tag);
  }

  private String body(boolean followsKeys) {
    return declarations()
        + "BEGIN\n"
        + ours()
        + due()
        + scope()
        + computed(followsKeys)
        + "  RETURN NEW;\nEND\n";
  }

  private String ours() {
    return """
          IF current_setting('sluice.migration', true) = '%s'
             AND pg_catalog.pg_trigger_depth() = 1 THEN
        %s    RETURN NEW;
          END IF;
        """
        .formatted(rules.id(), cases.inOurStatement());
  }

  /** Which columns are, by what the statement changes. Mostly none. */
  private String due() {
    return """
          IF TG_OP = 'INSERT' THEN
        %s  ELSE
        %s  END IF;
          IF NOT (_kfill OR %s) THEN
            RETURN NEW;
          END IF;
        """
        .formatted(
            journal.map(SyncJournal::beginning).orElse("")
                + cases.dueOnInsert()
                + cases.atADefaultSetSince(),
            cases.dueOnUpdate() + cases.fill(),
            SyncClauses.any(clauses.flags()));
  }

  /** Whether the row is in scope; a row that has just been completed is written in any case. */
  private String scope() {
    return """
          _kunder := coalesce((%s), FALSE);
        %s  _kscope := _kunder;
          IF NOT _kscope THEN
            _kempty := NEW;
        %s  END IF;
        %s%s  IF NOT _kscope THEN
            IF NOT _kfill THEN
              RETURN NEW;
            END IF;
        %s  END IF;
        """
        .formatted(
            clauses.guardOver("NEW", ""),
            cases.asTheGuardSays(),
            clauses.askOfEmpty("_kscope"),
            rules.reverse().isEmpty() ? "" : cases.reverseValues(),
            cases.setToNull(),
            clauses.flags().map("    %s := FALSE;\n"::formatted).collect(Collectors.joining()));
  }

  private String computed(boolean followsKeys) {
    return """
          IF NOT _kfill THEN
            _kbefore := NEW;
          END IF;
          %s;
        %s%s%s"""
        .formatted(
            clauses.values(rules.forward(), "_kf", "NEW", "_kforward", ""),
            SyncClauses.assignments(rules.forward(), "_kf", "NEW", "_kforward", true),
            SyncClauses.assignments(rules.reverse(), "_kr", "NEW", "_kreverse", true),
            journal.map(kept -> kept.statements(followsKeys)).orElse(""));
  }

  private String trialBody() {
    return declarations()
        + """
        BEGIN
          _kunder := (%1$s);
          _kempty := NEW;
        %2$s  %3$s;
          %4$s;
        %5$s%6$s  RETURN NULL;
        END
        """
            .formatted(
                clauses.guardOver("NEW", "LIMIT 0"),
                clauses.empties().stream()
                    .map(
                        empty ->
                            "%s  _kscope := (%s);\n"
                                .formatted(
                                    clauses.emptied(empty),
                                    clauses.guardOverEmpty(empty, "LIMIT 0")))
                    .collect(Collectors.joining()),
                rules.reverse().isEmpty()
                    ? "NULL"
                    : clauses.values(rules.reverse(), "_kr", "NEW", "_kreverse", "LIMIT 0"),
                clauses.values(rules.forward(), "_kf", "NEW", "_kforward", "LIMIT 0"),
                SyncClauses.assignments(rules.forward(), "_kf", "NEW", "_kforward", false),
                SyncClauses.assignments(rules.reverse(), "_kr", "NEW", "_kreverse", false));
  }

  /** A name that is a column is meant as one, whatever plpgsql calls its own. */
  private String declarations() {
    return """
        #variable_conflict use_column
        DECLARE
          _kbefore record;
          _kempty record;
          _kforward record;
          _kreverse record;
          _kfrom record;
          _kdefault text;
          _kfill boolean := FALSE;
          _kunder boolean;
          _kscope boolean := FALSE;
          _kframes bigint[];
          _kentered boolean;
        %s"""
        .formatted(
            Stream.concat(clauses.flags(), SyncClauses.flags("_kg", rules.forward()))
                .map("  %s boolean := FALSE;\n"::formatted)
                .collect(Collectors.joining()));
  }
}

package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.SyncRules.Rule;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The text of the function behind a sync trigger, which fires BEFORE INSERT OR UPDATE of each row,
 * inside the application's statements.
 *
 * <p>A row in scope is one that is under the guard as it is, or would be with nothing yet in the
 * written columns; the others are not the migration's. The guard is asked before an expression is
 * computed, because it may be what keeps the expression from failing. Expressions stand there as in
 * the definition, over a sub-select of the new row under the table's name.
 *
 * <p>The cheap questions come first and look at single columns: the whole row, and with it each
 * value that is stored out of line, is read only where something is to be computed.
 */
public final class SyncFunction {

  private final SyncRules rules;
  private final SyncConditions conditions;
  private final Map<String, String> settings;

  /**
   * @param settings of the function, by name, as SQL: those that the backfill's session has, so
   *     that the same text means the same in the application's session
   */
  public SyncFunction(SyncRules rules, Map<String, String> settings) {
    this.rules = rules;
    this.conditions = new SyncConditions(rules);
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

  /** Makes it, or makes it anew; that takes no lock on the table. */
  public String definition() {
    return create("CREATE OR REPLACE FUNCTION " + nameOf(rules.id()), body());
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
        .formatted(
            head,
            settings.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(setting -> "SET %s = %s".formatted(setting.getKey(), setting.getValue()))
                .collect(Collectors.joining("\n")),
            tag,
            body,
            tag);
  }

  private String body() {
    return declarations()
        + """
        BEGIN
          IF current_setting('sluice.migration', true) = '%1$s' THEN
            RETURN NEW;
          END IF;
          IF TG_OP = 'INSERT' THEN
        %2$s  ELSE
        %3$s  END IF;
          IF NOT (%4$s) THEN
            RETURN NEW;
          END IF;
          _kunder := coalesce((%5$s), FALSE);
        %6$s  _kscope := _kunder;
          IF NOT _kscope THEN
            _kempty := NEW;
        %7$s    _kscope := coalesce((%8$s), FALSE);
          END IF;
        %9$s%14$s  IF NOT _kscope THEN
            RETURN NEW;
          END IF;
          _kbefore := NEW;
          %10$s;
        %11$s%12$s%13$s  RETURN NEW;
        END
        """
            .formatted(
                rules.id(),
                (rules.journal() == null ? "" : new SyncJournal(rules, rules.journal()).beginning())
                    + wanted(conditions::reverseOnInsert, conditions::forwardOnInsert),
                wanted(conditions::reverseOnUpdate, conditions::forwardOnUpdate),
                any(flags()),
                guardOver("NEW", ""),
                asTheGuardSays(),
                emptied(),
                guardOver("_kempty", ""),
                rules.reverse().isEmpty() ? "" : reverseValues(),
                values(rules.forward(), "_kf", "_kforward", ""),
                assignments(rules.forward(), "_kf", "NEW", "_kforward", true),
                assignments(rules.reverse(), "_kr", "NEW", "_kreverse", true),
                rules.journal() == null ? "" : new SyncJournal(rules, rules.journal()).statements(),
                setToNull());
  }

  private String trialBody() {
    return declarations()
        + """
        BEGIN
          _kunder := (%1$s);
          _kempty := NEW;
        %2$s  _kscope := (%3$s);
          %4$s;
          %5$s;
        %6$s%7$s  RETURN NULL;
        END
        """
            .formatted(
                guardOver("NEW", "LIMIT 0"),
                emptied(),
                guardOver("_kempty", "LIMIT 0"),
                rules.reverse().isEmpty()
                    ? "NULL"
                    : values(rules.reverse(), "_kr", "_kreverse", "LIMIT 0"),
                values(rules.forward(), "_kf", "_kforward", "LIMIT 0"),
                assignments(rules.forward(), "_kf", "NEW", "_kforward", false),
                assignments(rules.reverse(), "_kr", "NEW", "_kreverse", false));
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
          _kunder boolean;
          _kscope boolean;
          _kframes bigint[];
          _kentered boolean;
        %s"""
        .formatted(
            flags().map("  %s boolean := FALSE;\n"::formatted).collect(Collectors.joining()));
  }

  private Stream<String> flags() {
    return Stream.concat(flags("_kr", rules.reverse()), flags("_kf", rules.forward()));
  }

  private static Stream<String> flags(String prefix, List<Rule> of) {
    return IntStream.rangeClosed(1, of.size()).mapToObj(i -> prefix + i);
  }

  private static String any(Stream<String> flags) {
    return flags.collect(Collectors.joining(" OR "));
  }

  /** When a rule's column is computed. */
  private interface Condition {
    String of(Rule rule);
  }

  /** The reverse ones first, which those forward ask for. */
  private String wanted(Condition reverse, Condition forward) {
    return each(rules.reverse(), (i, rule) -> "    _kr%d := %s;\n".formatted(i, reverse.of(rule)))
        + each(rules.forward(), (i, rule) -> "    _kf%d := %s;\n".formatted(i, forward.of(rule)));
  }

  /**
   * What is computed from its own result is due only where the guard says so. And a row that was
   * not reached yet must not leave the guard half done: all is computed then that the application
   * does not write itself.
   */
  private String asTheGuardSays() {
    return each(
            rules.forward(),
            (i, rule) ->
                rules.readsWritten(rule) ? "  _kf%1$d := _kf%1$d AND _kunder;\n".formatted(i) : "")
        + """
          IF TG_OP = 'UPDATE' AND _kunder AND (%s) THEN
        %s  END IF;
        """
            .formatted(
                any(flags("_kf", rules.forward())),
                each(
                    rules.forward(),
                    (i, rule) -> "    _kf%d := %s;\n".formatted(i, conditions.unwritten(rule))));
  }

  private String emptied() {
    return each(
        rules.forward(),
        (i, rule) ->
            "    _kempty.%s := %s;\n"
                .formatted(
                    rule.column().quoted(), rules.defaults().getOrDefault(rule.column(), "NULL")));
  }

  private String guardOver(String row, String limit) {
    return "SELECT (%s\n) FROM %s %s".formatted(rules.guard(), asTable(row), limit);
  }

  /** A row that has only its new columns may be in scope by what the old one is about to get. */
  private String reverseValues() {
    return """
          IF %1$s THEN
            %2$s;
            IF NOT _kscope THEN
        %3$s      _kscope := coalesce((%4$s), FALSE);
            END IF;
          END IF;
        """
        .formatted(
            any(flags("_kr", rules.reverse())),
            values(rules.reverse(), "_kr", "_kreverse", ""),
            assignments(rules.reverse(), "_kr", "_kempty", "_kreverse", true),
            guardOver("_kempty", ""));
  }

  /**
   * A source that is set to NULL may take its row out of scope, where the guard asks for one. What
   * was computed from it is stale then as from any other. Of another value that takes it out nobody
   * knows whether the expression can do with it: the guard may be there to keep it away.
   */
  private String setToNull() {
    return """
          IF TG_OP = 'UPDATE' AND NOT _kscope THEN
        %s%s    IF %s THEN
              _kempty := OLD;
        %s      _kscope := coalesce((%s), FALSE);
            END IF;
          END IF;
        """
        .formatted(
            each(
                rules.forward(),
                (i, rule) ->
                    "    _kf%1$d := _kf%1$d AND %2$s;\n"
                        .formatted(i, conditions.isSetToNull(rule))),
            each(rules.reverse(), (i, rule) -> "    _kr%d := FALSE;\n".formatted(i)),
            any(flags("_kf", rules.forward())),
            emptied(),
            guardOver("_kempty", ""));
  }

  private String values(List<Rule> of, String flag, String into, String limit) {
    return "SELECT %s FROM %s %s INTO %s"
        .formatted(
            IntStream.rangeClosed(1, of.size())
                .mapToObj(
                    i ->
                        "CASE WHEN %1$s%2$d THEN (%3$s\n) END AS _k%2$d"
                            .formatted(flag, i, of.get(i - 1).expression()))
                .collect(Collectors.joining(", ")),
            asTable("NEW"),
            limit,
            into);
  }

  private String asTable(String row) {
    return "(SELECT (%s).*) AS %s".formatted(row, rules.table().name().name().quoted());
  }

  private static String assignments(
      List<Rule> of, String flag, String row, String values, boolean asked) {
    return each(
        of,
        (i, rule) -> {
          String assign = "%s.%s := %s._k%d;".formatted(row, rule.column().quoted(), values, i);
          return asked
              ? "  IF %s%d THEN %s END IF;\n".formatted(flag, i, assign)
              : "  " + assign + "\n";
        });
  }

  /** A line of a rule. */
  private interface Line {
    String of(int number, Rule rule);
  }

  private static String each(List<Rule> of, Line line) {
    return IntStream.rangeClosed(1, of.size())
        .mapToObj(i -> line.of(i, of.get(i - 1)))
        .collect(Collectors.joining());
  }
}

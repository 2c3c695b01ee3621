package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.SyncRules.Rule;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
          IF current_setting('sluice.migration', true) = '%1$s'
             AND pg_catalog.pg_trigger_depth() = 1 THEN
        %18$s    RETURN NEW;
          END IF;
          IF TG_OP = 'INSERT' THEN
        %2$s%17$s  ELSE
        %3$s%15$s  END IF;
          IF NOT (_kfill OR %4$s) THEN
            RETURN NEW;
          END IF;
          _kunder := coalesce((%5$s), FALSE);
        %6$s  _kscope := _kunder;
          IF NOT _kscope THEN
            _kempty := NEW;
        %7$s    _kscope := coalesce((%8$s), FALSE);
          END IF;
        %9$s%14$s  IF NOT _kscope THEN
            IF NOT _kfill THEN
              RETURN NEW;
            END IF;
        %16$s  END IF;
          IF NOT _kfill THEN
            _kbefore := NEW;
          END IF;
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
                values(rules.forward(), "_kf", "NEW", "_kforward", ""),
                assignments(rules.forward(), "_kf", "NEW", "_kforward", true),
                assignments(rules.reverse(), "_kr", "NEW", "_kreverse", true),
                rules.journal() == null ? "" : new SyncJournal(rules, rules.journal()).statements(),
                setToNull(),
                fill(),
                flags().map("    %s := FALSE;\n"::formatted).collect(Collectors.joining()),
                atADefaultSetSince(),
                inOurStatement());
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
                    : values(rules.reverse(), "_kr", "NEW", "_kreverse", "LIMIT 0"),
                values(rules.forward(), "_kf", "NEW", "_kforward", "LIMIT 0"),
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
          _kfrom record;
          _kdefault text;
          _kfill boolean := FALSE;
          _kunder boolean;
          _kscope boolean;
          _kframes bigint[];
          _kentered boolean;
        %s"""
        .formatted(
            Stream.concat(flags(), flags("_kg", rules.forward()))
                .map("  %s boolean := FALSE;\n"::formatted)
                .collect(Collectors.joining()));
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

  /**
   * The application writes the new shape of a row that was not reached yet: what it leaves out is
   * still in the old shape alone, and a reverse expression would overwrite that with half a row. So
   * the row is completed first. Computed from the new sources, so that an old column which is
   * written too counts; from those before where one has just gone.
   */
  private String fill() {
    return """
            IF %1$s THEN
              _kfill := coalesce((%2$s), FALSE);
              IF _kfill THEN
                _kbefore := NEW;
                _kempty := NEW;
        %3$s        IF %4$s THEN
                  _kfrom := OLD;
                ELSE
                  _kfrom := NEW;
                  _kfill := coalesce((%5$s), FALSE);
                END IF;
              END IF;
              IF _kfill THEN
        %6$s        %7$s;
        %8$s      END IF;
            END IF;
        """
        .formatted(
            conditions.anyWritten(),
            guardOver("OLD", ""),
            emptied(),
            rules.forward().stream()
                .map(conditions::isSetToNull)
                .collect(Collectors.joining(" OR ")),
            guardOver("_kempty", ""),
            each(
                rules.forward(),
                (i, rule) -> "        _kg%d := %s;\n".formatted(i, conditions.isLeftOut(rule))),
            values(rules.forward(), "_kg", "_kfrom", "_kforward", ""),
            assignments(rules.forward(), "_kg", "NEW", "_kforward", true));
  }

  private String emptied() {
    return each(
        rules.forward(),
        (i, rule) ->
            mayForbidNull(rule)
                ? ""
                : "    _kempty.%s := %s;\n"
                    .formatted(
                        rule.column().quoted(),
                        rules.defaults().getOrDefault(rule.column(), "NULL")));
  }

  /**
   * A domain's column takes no NULL by assignment, if the domain forbids it; the guard is asked
   * over NULLs of the type below then. Types with modifiers are treated so as well.
   */
  private boolean mayForbidNull(Rule rule) {
    return !rules.defaults().containsKey(rule.column())
        && rules
            .table()
            .column(rule.column())
            .filter(column -> !column.type().equals(column.unboundedType()))
            .isPresent();
  }

  /**
   * Our own chunk has computed the row, from what its sources were when it began: another trigger
   * may have changed them since. The chunk's statement keeps the old values itself. What a trigger
   * writes to other rows during our chunk, one call deeper, is the application's like any other.
   */
  private String inOurStatement() {
    return """
            IF TG_OP = 'UPDATE' AND %1$s THEN
        %2$s      _kempty := NEW;
        %3$s      IF (%4$s) AND coalesce((%5$s), FALSE) THEN
                %6$s;
        %7$s      END IF;
            END IF;
        """
        .formatted(
            conditions.anySourceChanged(),
            each(
                rules.forward(),
                (i, rule) -> "      _kf%d := %s;\n".formatted(i, conditions.isOutdated(rule))),
            emptied(),
            any(flags("_kf", rules.forward())),
            guardOver("_kempty", ""),
            values(rules.forward(), "_kf", "NEW", "_kforward", ""),
            assignments(rules.forward(), "_kf", "NEW", "_kforward", true));
  }

  /**
   * {@code constrain.up.sql} may give the column a DEFAULT, and an application that knows of the
   * old shape alone leaves the column out as before. Its source is given then: the default is
   * nobody's value. Asked for each such row, because no moment is the one between the two defaults
   * for every statement.
   */
  private String atADefaultSetSince() {
    return each(
        rules.forward(),
        (i, rule) ->
            rules.readsWritten(rule) || rule.sources().isEmpty()
                ? ""
                : """
                    IF NOT _kf%1$d AND %2$s THEN
                      SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                      FROM pg_catalog.pg_attrdef d
                      JOIN pg_catalog.pg_attribute a
                        ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                      WHERE d.adrelid = %3$d AND a.attname = %4$s
                      INTO _kdefault;
                      IF _kdefault IS NOT NULL THEN
                        EXECUTE 'SELECT record_image_eq(ROW($1), ROW(CAST((' || _kdefault || ') AS %5$s)))'
                        USING NEW.%6$s INTO _kf%1$d;
                      END IF;
                    END IF;
                """
                    .formatted(
                        i,
                        conditions.hasItsSource(rule),
                        rules.table().oid(),
                        literal(rule.column().value()),
                        conditions.type(rule.column()).replace("'", "''"),
                        rule.column().quoted()));
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
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
            values(rules.reverse(), "_kr", "NEW", "_kreverse", ""),
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

  private String values(List<Rule> of, String flag, String from, String into, String limit) {
    return "SELECT %s FROM %s %s INTO %s"
        .formatted(
            IntStream.rangeClosed(1, of.size())
                .mapToObj(
                    i ->
                        "CASE WHEN %1$s%2$d THEN (%3$s\n) END AS _k%2$d"
                            .formatted(flag, i, of.get(i - 1).expression()))
                .collect(Collectors.joining(", ")),
            asTable(from),
            limit,
            into);
  }

  private String asTable(String row) {
    boolean asItIs =
        !row.equals("_kempty") || rules.forward().stream().noneMatch(this::mayForbidNull);
    return "(SELECT %s) AS %s"
        .formatted(
            asItIs ? "(" + row + ").*" : emptyColumns() + " FROM (SELECT (" + row + ").*) AS _k",
            rules.table().name().name().quoted());
  }

  /** Those that the guard reads: another one may be dropped or renamed while the trigger stands. */
  private String emptyColumns() {
    Set<Identifier> empty =
        rules.forward().stream()
            .filter(this::mayForbidNull)
            .map(Rule::column)
            .collect(Collectors.toSet());
    return rules.table().columns().stream()
        .filter(column -> rules.guardSources().contains(column.name()))
        .map(
            column ->
                (empty.contains(column.name()) ? "CAST(NULL AS %2$s) AS %1$s" : "_k.%1$s")
                    .formatted(column.name().quoted(), column.unboundedType()))
        .collect(Collectors.joining(", "));
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

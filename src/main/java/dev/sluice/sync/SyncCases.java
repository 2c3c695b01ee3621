package dev.sluice.sync;

import dev.sluice.sync.SyncRules.Rule;
import java.util.stream.Collectors;

/** The cases that a sync trigger's function tells apart, each as statements of it. */
final class SyncCases {

  private final SyncRules rules;
  private final SyncConditions conditions;
  private final SyncClauses clauses;

  SyncCases(SyncRules rules) {
    this.rules = rules;
    this.conditions = new SyncConditions(rules);
    this.clauses = new SyncClauses(rules);
  }

  /** When a rule's column is computed. */
  interface Condition {
    String of(Rule rule);
  }

  String dueOnInsert() {
    return due(conditions::reverseOnInsert, conditions::forwardOnInsert);
  }

  String dueOnUpdate() {
    return due(conditions::reverseOnUpdate, conditions::forwardOnUpdate);
  }

  /** The reverse ones first, which those forward ask for. */
  private String due(Condition reverse, Condition forward) {
    return SyncClauses.each(
            rules.reverse(), (i, rule) -> "    _kr%d := %s;\n".formatted(i, reverse.of(rule)))
        + SyncClauses.each(
            rules.forward(), (i, rule) -> "    _kf%d := %s;\n".formatted(i, forward.of(rule)));
  }

  /**
   * The application writes the new shape of a row that was not reached yet: what it leaves out is
   * still in the old shape alone, and a reverse expression would overwrite that with half a row. So
   * the row is completed first. Computed from the new sources, so that an old column which is
   * written too counts; from those before where one has just gone.
   */
  String fill() {
    return """
            IF %1$s THEN
              _kfill := coalesce((%2$s), FALSE);
              IF _kfill THEN
                _kbefore := NEW;
                IF %3$s THEN
                  _kfrom := OLD;
                ELSE
                  _kfrom := NEW;
                  _kempty := NEW;
        %4$s        END IF;
              END IF;
              IF _kfill THEN
        %5$s        %6$s;
        %7$s      END IF;
            END IF;
        """
        .formatted(
            conditions.anyWritten(),
            clauses.guardOver("OLD", ""),
            rules.forward().stream()
                .map(conditions::isSetToNull)
                .collect(Collectors.joining(" OR ")),
            clauses.askOfEmpty("_kfill"),
            SyncClauses.each(
                rules.forward(),
                (i, rule) -> "        _kg%d := %s;\n".formatted(i, conditions.isLeftOut(rule))),
            clauses.values(rules.forward(), "_kg", "_kfrom", "_kforward", ""),
            SyncClauses.assignments(rules.forward(), "_kg", "NEW", "_kforward", true));
  }

  /**
   * What is computed from its own result is due only where the guard says so. And a row that was
   * not reached yet must not leave the guard half done: all is computed then that the application
   * does not write itself.
   */
  String asTheGuardSays() {
    return SyncClauses.each(
            rules.forward(),
            (i, rule) ->
                rules.readsWritten(rule) ? "  _kf%1$d := _kf%1$d AND _kunder;\n".formatted(i) : "")
        + """
          IF TG_OP = 'UPDATE' AND _kunder AND (%s) THEN
        %s  END IF;
        """
            .formatted(
                SyncClauses.any(SyncClauses.flags("_kf", rules.forward())),
                SyncClauses.each(
                    rules.forward(),
                    (i, rule) -> "    _kf%d := %s;\n".formatted(i, conditions.unwritten(rule))));
  }

  /** A row that has only its new columns may be in scope by what the old one is about to get. */
  String reverseValues() {
    return """
          IF %1$s THEN
            %2$s;
            IF NOT _kscope THEN
        %3$s%4$s    END IF;
          END IF;
        """
        .formatted(
            SyncClauses.any(SyncClauses.flags("_kr", rules.reverse())),
            clauses.values(rules.reverse(), "_kr", "NEW", "_kreverse", ""),
            SyncClauses.assignments(rules.reverse(), "_kr", "_kempty", "_kreverse", true),
            clauses.askOfEmpty("_kscope"));
  }

  /**
   * A source that is set to NULL may take its row out of scope, where the guard asks for one. What
   * was computed from it is stale then as from any other. Of another value that takes it out nobody
   * knows whether the expression can do with it: the guard may be there to keep it away.
   */
  String setToNull() {
    return """
          IF TG_OP = 'UPDATE' AND NOT _kscope THEN
        %s%s    IF %s THEN
              _kempty := OLD;
        %s    END IF;
          END IF;
        """
        .formatted(
            SyncClauses.each(
                rules.forward(),
                (i, rule) ->
                    "    _kf%1$d := _kf%1$d AND %2$s;\n"
                        .formatted(i, conditions.isSetToNull(rule))),
            SyncClauses.each(rules.reverse(), (i, rule) -> "    _kr%d := FALSE;\n".formatted(i)),
            SyncClauses.any(SyncClauses.flags("_kf", rules.forward())),
            clauses.askOfEmpty("_kscope"));
  }

  /**
   * Our own chunk has computed the row, from what its sources were when it began: another trigger
   * may have changed them since. The chunk's statement keeps the old values itself. What a trigger
   * writes to other rows during our chunk, one call deeper, is the application's like any other.
   */
  String inOurStatement() {
    return """
            IF TG_OP = 'UPDATE' AND %1$s THEN
        %2$s      _kempty := NEW;
              IF %3$s THEN
        %4$s      END IF;
              IF _kscope THEN
                %5$s;
        %6$s      END IF;
            END IF;
        """
        .formatted(
            conditions.anySourceChanged(),
            SyncClauses.each(
                rules.forward(),
                (i, rule) -> "      _kf%d := %s;\n".formatted(i, conditions.isOutdated(rule))),
            SyncClauses.any(SyncClauses.flags("_kf", rules.forward())),
            clauses.askOfEmpty("_kscope"),
            clauses.values(rules.forward(), "_kf", "NEW", "_kforward", ""),
            SyncClauses.assignments(rules.forward(), "_kf", "NEW", "_kforward", true));
  }

  /**
   * {@code constrain.up.sql} may give the column a DEFAULT, and an application that knows of the
   * old shape alone leaves the column out as before. Its source is given then: the default is
   * nobody's value. Asked for each such row, because no moment is the one between the two defaults
   * for every statement.
   */
  String atADefaultSetSince() {
    return SyncClauses.each(
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
}

package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Sync;
import dev.sluice.postgres.ExpressionFacts;
import dev.sluice.postgres.Table;
import dev.sluice.sync.SyncRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A trigger can compute the guard and the expressions in the application's own statement: from the
 * row alone, as it is before the write. Asked once the columns are there and PostgreSQL accepts the
 * expressions over the table.
 */
final class SyncExpressionCheck implements TableCheck {

  private static final String CAPTURE = " Write 'sync: capture', or 'sync: none'.";

  private final Planning planning;

  SyncExpressionCheck(Planning planning) {
    this.planning = planning;
  }

  @Override
  public void check(Subject subject, Findings findings) {
    if (!(subject.migration().sync() instanceof Sync.Trigger sync)
        || !(subject.migration().change() instanceof Change.SetExpressions set)) {
      return;
    }
    if (!reverseIsPlain(sync, subject, findings)) {
      return;
    }
    SyncFacts facts =
        new SyncFacts(subject.inspection(), subject.migration(), subject.table(), sync);
    Map<String, ExpressionFacts> known = new LinkedHashMap<>();
    Map<String, String> expressions = new LinkedHashMap<>();
    expressions.put("where", subject.migration().guardOrTrue());
    set.expressions().forEach((column, sql) -> expressions.put("set." + column, sql));
    sync.reverse().forEach((column, sql) -> expressions.put("sync.reverse." + column, sql));
    expressions.forEach(
        (where, sql) -> facts.facts(sql).ifPresent(found -> known.put(where, found)));
    if (known.size() < expressions.size()) {
      findings.refuse(
          "the role may not create temporary views, which tell what a sync trigger must look at."
              + " GRANT TEMPORARY ON DATABASE to it.");
      return;
    }
    known.forEach((where, found) -> ofTheRow(where, found, subject, findings));
    forward(set, sync, known, subject, findings);
    reverse(sync, known, subject, findings);
    defaults(set, facts, subject, findings);
    if (findings.report().refusals().isEmpty()) {
      SyncRules rules = facts.rules();
      SyncNeighbours.check(rules, subject, findings);
      SyncTrial.check(rules, subject, findings);
      SyncNullNotes.check(rules, subject, findings);
    }
  }

  private boolean reverseIsPlain(Sync.Trigger sync, Subject subject, Findings findings) {
    boolean plain = true;
    for (Map.Entry<Identifier, String> entry : sync.reverse().entrySet()) {
      if (subject.table().column(entry.getKey()).isEmpty()) {
        findings.refuse("sync.reverse: " + subject.noColumn(entry.getKey()));
        plain = false;
      } else {
        plain &= planning.reverse(entry.getKey(), entry.getValue());
      }
    }
    return plain;
  }

  private static void ofTheRow(
      String where, ExpressionFacts facts, Subject subject, Findings findings) {
    if (!facts.otherTables().isEmpty() || facts.readsOtherRows()) {
      findings.refuse(
          ("%s reads %s, and a sync trigger computes from the row alone: what changes elsewhere does"
                  + " not reach it."
                  + CAPTURE)
              .formatted(
                  where,
                  facts.otherTables().isEmpty()
                      ? "other rows of " + subject.table().name()
                      : ExpressionNotes.tables(facts)));
    }
    facts.sourceColumns().stream()
        .flatMap(column -> subject.table().column(column).stream())
        .filter(Table.Column::generated)
        .forEach(
            column ->
                findings.refuse(
                    ("%s reads '%s', a generated column, which PostgreSQL computes after a sync trigger"
                            + " has run. Name what it is computed from, or write 'sync: none'.")
                        .formatted(where, column.name())));
    if (where.equals("where") && !facts.volatileFunctions().isEmpty()) {
      findings.refuse(
          ("where calls a VOLATILE function (%s), and a sync trigger could not tell which rows the"
                  + " migration is for."
                  + CAPTURE)
              .formatted(String.join(", ", facts.volatileFunctions())));
    }
  }

  private static void forward(
      Change.SetExpressions set,
      Sync.Trigger sync,
      Map<String, ExpressionFacts> known,
      Subject subject,
      Findings findings) {
    for (Identifier column : set.expressions().keySet()) {
      List<Identifier> own =
          sources("set." + column, known).stream().filter(subject.written()::contains).toList();
      if (!own.isEmpty() && !sync.idempotent()) {
        findings.refuse(
            ("set.%s reads %s, which the migration writes: a sync trigger would apply it to its own"
                    + " result. If that gives the same value again, write"
                    + " 'sync: {mode: trigger, idempotent: true}'; else 'sync: none'.")
                .formatted(column, Identifier.listed(own)));
      }
    }
  }

  private static void reverse(
      Sync.Trigger sync, Map<String, ExpressionFacts> known, Subject subject, Findings findings) {
    for (Identifier column : sync.reverse().keySet()) {
      List<Identifier> sources = sources("sync.reverse." + column, known);
      List<Identifier> old =
          sources.stream().filter(name -> sync.reverse().containsKey(name)).toList();
      if (!old.isEmpty()) {
        findings.refuse(
            "sync.reverse.%s reads %s, an old column, which is not right until the trigger has written it. Compute it from the new columns."
                .formatted(column, Identifier.listed(old)));
      } else if (sources.stream().noneMatch(subject.written()::contains)) {
        findings.refuse(
            "sync.reverse.%s reads none of the written columns (%s): nothing would ever set it off. Compute it from them, or leave it out."
                .formatted(column, Identifier.listed(subject.written())));
      }
    }
  }

  private static List<Identifier> sources(String where, Map<String, ExpressionFacts> known) {
    return new ArrayList<>(Optional.ofNullable(known.get(where)).orElseThrow().sourceColumns());
  }

  private static void defaults(
      Change.SetExpressions set, SyncFacts facts, Subject subject, Findings findings) {
    facts
        .defaults(List.copyOf(set.expressions().keySet()))
        .forEach(
            (column, value) -> {
              if (facts.facts(value).filter(ExpressionFacts::isRepeatable).isEmpty()) {
                findings.refuse(
                    ("column '%s' of %s has DEFAULT %s, another value each time, and a sync trigger"
                            + " could not tell it from one that the application gave. DROP DEFAULT, and"
                            + " set it again in constrain.up.sql.")
                        .formatted(column, subject.table().name(), value));
              }
            });
  }
}

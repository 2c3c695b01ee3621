package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.ExpressionFacts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The change takes a row out of the guard: else the run fails after its first rows. Asked after
 * expand, when PostgreSQL accepts the guard. Refuses only what is certain: a function, a
 * sub-select, a trigger, a rule or a cascade may end a guard that reads no written column.
 */
final class GuardCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    Optional<ExpressionFacts> known =
        ExpressionNotes.facts(
            subject.inspection(), subject.table().name(), subject.migration().guardOrTrue());
    if (known.isEmpty()) {
      findings.note(
          "the role may not create temporary views, which tell what the guard reads."
              + " GRANT TEMPORARY ON DATABASE to have it checked and every value verified.");
      return;
    }
    ExpressionFacts facts = known.get();
    if (!facts.volatileFunctions().isEmpty()) {
      findings.note(
          ("where calls a VOLATILE function (%s): whether a row still needs work may change by"
                  + " itself.")
              .formatted(String.join(", ", facts.volatileFunctions())));
    }
    List<Identifier> changed = new ArrayList<>(subject.written());
    changed.addAll(ConstraintNotes.generatedFrom(subject));
    if (Collections.disjoint(facts.sourceColumns(), changed)) {
      judge(facts, subject, findings);
    }
  }

  private static void judge(ExpressionFacts facts, Subject subject, Findings findings) {
    if (!facts.ofTheRowAlone() || isChangedBesides(facts.sourceColumns(), subject)) {
      findings.note(
          ("where reads none of the written columns (%s): a row that was changed stays under the"
                  + " guard, unless a function, a sub-select, a trigger or a cascade takes it out.")
              .formatted(Identifier.listed(subject.written())));
      return;
    }
    findings.refuse(
        ("where of %s reads %s and none of the written columns (%s): no row leaves it by being"
                + " changed, and the run would fail after its first rows."
                + " Add a condition that the change ends, like: %s IS NULL.")
            .formatted(
                subject.table().name(),
                facts.sourceColumns().isEmpty()
                    ? "no column"
                    : Identifier.listed(facts.sourceColumns()),
                Identifier.listed(subject.written()),
                subject.written().get(0).quoted()));
  }

  /** Whether something beside the migration's own statement may write these columns. */
  private static boolean isChangedBesides(List<Identifier> columns, Subject subject) {
    return !FiredTrigger.of(subject).isEmpty()
        || !UpdateRule.of(subject).isEmpty()
        || isCascadedTo(columns, subject);
  }

  /** A foreign key of the table may refer to the table itself. */
  private static boolean isCascadedTo(List<Identifier> columns, Subject subject) {
    return Boolean.TRUE.equals(
        subject
            .jdbc()
            .queryForObject(
                """
                SELECT EXISTS (
                  SELECT FROM pg_constraint c
                  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
                  WHERE c.conrelid = ?
                    AND c.contype = 'f'
                    AND c.confupdtype IN ('c', 'n', 'd')
                    AND a.attname = ANY (?))
                """,
                Boolean.class,
                subject.table().oid(),
                columns.stream().map(Identifier::value).toArray(String[]::new)));
  }
}

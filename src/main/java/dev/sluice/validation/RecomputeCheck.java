package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.VerifyPolicy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the written columns is what the definition computes, row by row. What cannot be
 * compared is skipped and says why.
 *
 * <p>With an undo journal: each row that still holds what the run wrote, from what it held before.
 * Without: every row of the table, from what it holds today.
 */
final class RecomputeCheck implements VerifyCheck {

  /** Told once, whatever the number of columns that differ. */
  private static final String WAYS_ON =
      "covers rows that were never under the guard too: this run did not change those."
          + " Where other values are right, set 'verify: {differences: report}', which lists them"
          + " without failing; where they are wrong, correct them";

  private static final String WAYS_ON_WITH_JOURNAL =
      "covers the rows that still hold what this run wrote. One that is untouched since differs by"
          + " a trigger, or by what has changed beside it: the definition, a function, another"
          + " table. Any other was updated after the run had passed, and is computed from other"
          + " values now: let the application write both, and correct it. Where such differences"
          + " are right, set 'verify: {differences: report}', which lists them without failing";

  private @Nullable HashedRanges hashed;

  @Override
  public String name() {
    return "recompute";
  }

  @Override
  public List<Certificate.Result> verify(Evidence evidence) {
    List<RecomputePlan> plans = new RecomputePlans(evidence).all();
    List<RecomputePlan> compared = plans.stream().filter(plan -> plan.skipped() == null).toList();
    List<Certificate.Result> results = new ArrayList<>();
    if (compared.isEmpty()) {
      plans.forEach(plan -> results.add(notCompared(plan)));
      return results;
    }
    Journal journal = evidence.journal();
    Comparison comparison =
        Comparison.of(
            recompute(compared, evidence),
            journal == null ? evidence.walk().windows() : journal.windows(),
            compared.stream().map(RecomputePlan::column).toList(),
            evidence);
    hashed = comparison.hashed();
    Standing standing = comparison.standing();
    if (standing != null) {
      results.add(
          new Certificate.Result("changed since", true, standing.detail(comparison.coverage())));
    }
    Tally tally = comparison.tally();
    for (RecomputePlan plan : plans) {
      int column = compared.indexOf(plan);
      results.add(
          column < 0
              ? notCompared(plan)
              : result(
                  plan,
                  tally.isClean(column),
                  tally.detail(column, comparison.coverage()),
                  evidence));
    }
    if (tally.anyDiffers() && !isTolerated(evidence)) {
      String waysOn = journal == null ? WAYS_ON : WAYS_ON_WITH_JOURNAL;
      results.add(new Certificate.Result(name(), false, waysOn));
    }
    HashedRanges.Earlier earlier = evidence.earlier();
    if (earlier != null && hashed != null) {
      results.add(new Certificate.Result("ranges", true, hashed.since(earlier)));
    }
    return results;
  }

  /** Of what the last verification compared; null: nothing, or a sample. */
  @Nullable HashedRanges hashed() {
    return hashed;
  }

  private static Certificate.Result notCompared(RecomputePlan plan) {
    return new Certificate.Result(plan.name(), true, "not compared: " + plan.skipped());
  }

  private static boolean isTolerated(Evidence evidence) {
    return policy(evidence).differences() == VerifyPolicy.Differences.REPORT;
  }

  private static VerifyPolicy policy(Evidence evidence) {
    return evidence.migration().verify();
  }

  private static Recompute recompute(List<RecomputePlan> plans, Evidence evidence) {
    List<ComparedColumn> columns = new ArrayList<>();
    for (RecomputePlan plan : plans) {
      columns.add(ComparedColumn.of(evidence.table(), plan.column(), evidence.inspection()));
    }
    OldValues old = new OldValues(evidence.journal());
    String rowHash = rowHash(plans, evidence);
    if (evidence.migration().change() instanceof Change.Transform transform) {
      List<String> reads =
          transform.read().stream().map(name -> read(name, evidence, old)).toList();
      return new TransformRecompute(
          old.rows(evidence), columns, reads, transform, transformer(evidence), rowHash);
    }
    List<String> values =
        plans.stream()
            .map(plan -> plan.overOldRow() ? old.add(plan.expression()) : plan.expression())
            .toList();
    return new SqlRecompute(old.rows(evidence), columns, values, rowHash);
  }

  private static String rowHash(List<RecomputePlan> plans, Evidence evidence) {
    List<Identifier> columns = plans.stream().map(RecomputePlan::column).toList();
    return evidence
        .inspection()
        .read(
            jdbc ->
                RowHash.ofRow(jdbc, evidence.table(), evidence.walk().windows().key(), columns));
  }

  /** SQL for a value that a transform reads. */
  private static String read(Identifier name, Evidence evidence, OldValues old) {
    Journal journal = evidence.journal();
    String column = evidence.table().name().name().quoted() + "." + name.quoted();
    return journal != null && journal.concerns(List.of(name)) ? old.add(column) : column;
  }

  /** Collects what is computed over rows as they were before the run. */
  private static final class OldValues {
    private final @Nullable Journal journal;
    private final List<String> expressions = new ArrayList<>();

    OldValues(@Nullable Journal journal) {
      this.journal = journal;
    }

    /** What the value is called in a statement over {@link #rows}. */
    String add(String expression) {
      expressions.add(expression);
      return JournaledRows.old(expressions.size() - 1);
    }

    ComparedRows rows(Evidence evidence) {
      return journal == null
          ? new ChosenRows(evidence.walk().windows(), evidence.examined("TRUE"))
          : new JournaledRows(journal, expressions, evidence.examined("TRUE"));
    }
  }

  private static RowTransformer transformer(Evidence evidence) {
    DataMigration migration = evidence.migration();
    RowTransformer transformer = evidence.transformer();
    if (transformer == null) {
      throw new IllegalArgumentException(migration.id() + " needs its transformer to be verified");
    }
    return transformer;
  }

  private static Certificate.Result result(
      RecomputePlan plan, boolean clean, String detail, Evidence evidence) {
    boolean tolerated = isTolerated(evidence);
    String remarks =
        clean
            ? ""
            : plan.remark() + (tolerated ? "; reported only, as verify.differences asks" : "");
    return new Certificate.Result(plan.name(), clean || tolerated, detail + remarks);
  }
}

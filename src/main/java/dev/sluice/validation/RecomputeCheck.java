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

  @Override
  public String name() {
    return "recompute";
  }

  @Override
  public List<Certificate.Result> verify(Evidence evidence) {
    List<RecomputePlan> plans = new RecomputePlans(evidence).all();
    List<RecomputePlan> compared = plans.stream().filter(plan -> plan.skipped() == null).toList();
    Tally tally = new Tally(compared.size());
    Journal journal = evidence.journal();
    Standing standing = journal == null ? null : new Standing(journal);
    Windows walked = journal == null ? evidence.windows() : journal.windows();
    Coverage coverage = Coverage.of(walked, policy(evidence).sample(), evidence.run());
    List<Certificate.Result> results = new ArrayList<>();
    if (!compared.isEmpty()) {
      compare(recompute(compared, evidence), coverage, tally, standing);
      if (standing != null) {
        results.add(new Certificate.Result("changed since", true, standing.detail(coverage)));
      }
    }
    for (RecomputePlan plan : plans) {
      int column = compared.indexOf(plan);
      results.add(
          column < 0
              ? new Certificate.Result(plan.name(), true, "not compared: " + plan.skipped())
              : result(plan, tally.isClean(column), tally.detail(column, coverage), evidence));
    }
    if (tally.anyDiffers() && !isTolerated(evidence)) {
      String waysOn = journal == null ? WAYS_ON : WAYS_ON_WITH_JOURNAL;
      results.add(new Certificate.Result(name(), false, waysOn));
    }
    return results;
  }

  /** A window that overruns its time has told nothing: it comes again, in halves. */
  private static void compare(
      Recompute recompute, Coverage coverage, Tally tally, @Nullable Standing standing) {
    coverage.each(
        recompute.windowRows(),
        window -> {
          if (standing == null) {
            recompute.compare(window, tally);
          } else {
            Standing.Part part = standing.look(window);
            recompute.compare(window, tally);
            standing.add(part);
          }
        });
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
    if (evidence.migration().change() instanceof Change.Transform transform) {
      List<String> reads =
          transform.read().stream().map(name -> read(name, evidence, old)).toList();
      return new TransformRecompute(
          old.rows(evidence), columns, reads, transform, transformer(evidence));
    }
    List<String> values =
        plans.stream()
            .map(plan -> plan.overOldRow() ? old.add(plan.expression()) : plan.expression())
            .toList();
    return new SqlRecompute(old.rows(evidence), columns, values);
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
      if (journal != null) {
        return new JournaledRows(journal, expressions);
      }
      return evidence.quarantined().isEmpty()
          ? new TableRows(evidence.windows())
          : new ChosenRows(evidence.windows(), evidence.quarantined().excluded());
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

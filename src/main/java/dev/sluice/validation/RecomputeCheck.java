package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.VerifyPolicy;
import dev.sluice.postgres.ExpressionFacts;
import dev.sluice.postgres.GeneratedColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the written columns is what the definition computes today, row by row. What cannot
 * be compared is skipped and says why.
 */
final class RecomputeCheck implements VerifyCheck {

  /** Told once, whatever the number of columns that differ. */
  private static final String WAYS_ON =
      "covers rows that were never under the guard too: this run did not change those."
          + " Where other values are right, set 'verify: {differences: report}', which lists them"
          + " without failing; where they are wrong, correct them";

  /**
   * One written column.
   *
   * @param skipped why it is not compared; null: it is
   * @param remark what to know about its differences; may be empty
   */
  private record Plan(Identifier column, @Nullable String skipped, String remark) {}

  @Override
  public String name() {
    return "recompute";
  }

  @Override
  public List<Certificate.Result> verify(Evidence evidence) {
    Change change = evidence.migration().change();
    List<Plan> plans =
        change instanceof Change.SetExpressions set
            ? set.expressions().entrySet().stream().map(entry -> plan(entry, evidence)).toList()
            : transformPlans((Change.Transform) change, evidence);
    List<Plan> compared = plans.stream().filter(plan -> plan.skipped() == null).toList();
    Tally tally = new Tally(compared.size());
    Coverage coverage = Coverage.of(evidence.windows(), policy(evidence).sample(), evidence.run());
    if (!compared.isEmpty()) {
      Recompute recompute = recompute(compared, evidence);
      coverage.each(recompute.windowRows(), window -> recompute.compare(window, tally));
    }
    List<Certificate.Result> results = new ArrayList<>();
    for (Plan plan : plans) {
      int column = compared.indexOf(plan);
      results.add(
          column < 0
              ? new Certificate.Result(name(plan), true, "not compared: " + plan.skipped())
              : result(plan, tally.isClean(column), tally.detail(column, coverage), evidence));
    }
    if (tally.anyDiffers() && !isTolerated(evidence)) {
      results.add(new Certificate.Result(name(), false, WAYS_ON));
    }
    return results;
  }

  private static String name(Plan plan) {
    return "recompute " + plan.column();
  }

  private static boolean isTolerated(Evidence evidence) {
    return policy(evidence).differences() == VerifyPolicy.Differences.REPORT;
  }

  private static VerifyPolicy policy(Evidence evidence) {
    return evidence.migration().verify();
  }

  private static Plan plan(Map.Entry<Identifier, String> entry, Evidence evidence) {
    Optional<ExpressionFacts> known =
        ExpressionNotes.facts(evidence.inspection(), evidence.table().name(), entry.getValue());
    if (known.isEmpty()) {
      return new Plan(
          entry.getKey(),
          "the role may not create temporary views, which tell what the expression reads",
          "");
    }
    ExpressionFacts facts = known.get();
    if (!facts.isRepeatable()) {
      return new Plan(
          entry.getKey(),
          "%s gives another value each time".formatted(ExpressionNotes.unrepeatable(facts)),
          "");
    }
    return new Plan(
        entry.getKey(),
        readsWhatIsWritten("the expression", facts.sourceColumns(), evidence),
        facts.otherTables().isEmpty()
            ? ""
            : "; it reads %s, so the application may have caused a difference since"
                .formatted(ExpressionNotes.tables(facts)));
  }

  private static List<Plan> transformPlans(Change.Transform transform, Evidence evidence) {
    String skipped = readsWhatIsWritten("the transform", transform.read(), evidence);
    return transform.write().stream().map(column -> new Plan(column, skipped, "")).toList();
  }

  /** Reading such a column again gives what the run made of it, not what it was computed from. */
  private static @Nullable String readsWhatIsWritten(
      String reader, List<Identifier> read, Evidence evidence) {
    List<Identifier> written = evidence.migration().change().writtenColumns();
    List<Identifier> own = read.stream().filter(written::contains).toList();
    if (!own.isEmpty()) {
      return "%s reads %s, which the migration writes".formatted(reader, Subject.listed(own));
    }
    return evidence.inspection().read(jdbc -> GeneratedColumn.of(jdbc, evidence.table())).stream()
        .filter(generated -> read.contains(generated.name()) && written.contains(generated.from()))
        .findFirst()
        .map(
            generated ->
                "%s reads '%s', which is generated from '%s', which the migration writes"
                    .formatted(reader, generated.name(), generated.from()))
        .orElse(null);
  }

  private static Recompute recompute(List<Plan> plans, Evidence evidence) {
    List<ComparedColumn> columns = new ArrayList<>();
    for (Plan plan : plans) {
      columns.add(ComparedColumn.of(evidence.table(), plan.column(), evidence.inspection()));
    }
    Change change = evidence.migration().change();
    if (change instanceof Change.SetExpressions set) {
      List<String> expressions =
          plans.stream().flatMap(plan -> expression(set, plan.column()).stream()).toList();
      return new SqlRecompute(evidence.windows(), columns, expressions);
    }
    return new TransformRecompute(
        evidence.windows(), columns, (Change.Transform) change, transformer(evidence));
  }

  private static Optional<String> expression(Change.SetExpressions set, Identifier column) {
    return Optional.ofNullable(set.expressions().get(column));
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
      Plan plan, boolean clean, String detail, Evidence evidence) {
    boolean tolerated = isTolerated(evidence);
    String remarks =
        clean
            ? ""
            : plan.remark() + (tolerated ? "; reported only, as verify.differences asks" : "");
    return new Certificate.Result(name(plan), clean || tolerated, detail + remarks);
  }
}

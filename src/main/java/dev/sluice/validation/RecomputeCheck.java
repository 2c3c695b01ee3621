package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Migration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.VerifyPolicy;
import dev.sluice.postgres.ExpressionFacts;
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
            : transformPlans((Change.Transform) change);
    List<Plan> compared = plans.stream().filter(plan -> plan.skipped() == null).toList();
    Tally tally = new Tally(compared.size());
    if (!compared.isEmpty()) {
      Recompute recompute = recompute(compared, evidence);
      new Portions(evidence.windows(), policy(evidence).sample())
          .each(recompute.portionRows(), portion -> recompute.compare(portion, tally));
    }
    return plans.stream()
        .map(plan -> result(plan, compared.indexOf(plan), tally, policy(evidence)))
        .toList();
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
    List<Identifier> own =
        facts.sourceColumns().stream()
            .filter(evidence.migration().change().writtenColumns()::contains)
            .toList();
    return new Plan(
        entry.getKey(),
        own.isEmpty() ? null : readsWhatIsWritten("the expression", own),
        facts.otherTables().isEmpty()
            ? ""
            : "; it reads %s, so the application may have caused a difference since"
                .formatted(ExpressionNotes.tables(facts)));
  }

  private static List<Plan> transformPlans(Change.Transform transform) {
    List<Identifier> own = transform.read().stream().filter(transform.write()::contains).toList();
    String skipped = own.isEmpty() ? null : readsWhatIsWritten("the transform", own);
    return transform.write().stream().map(column -> new Plan(column, skipped, "")).toList();
  }

  private static String readsWhatIsWritten(String reader, List<Identifier> columns) {
    return "%s reads %s, which the migration writes".formatted(reader, Subject.listed(columns));
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
    Migration migration = evidence.migration();
    RowTransformer transformer = evidence.transformer();
    if (transformer == null) {
      throw new IllegalArgumentException(migration.id() + " needs its transformer to be verified");
    }
    return transformer;
  }

  private static Certificate.Result result(
      Plan plan, int column, Tally tally, VerifyPolicy policy) {
    String name = "recompute " + plan.column();
    if (column < 0) {
      return new Certificate.Result(name, true, "not compared: " + plan.skipped());
    }
    boolean clean = tally.isClean(column);
    boolean tolerated = policy.differences() == VerifyPolicy.Differences.REPORT;
    String detail =
        sampled(policy)
            + tally.detail(column)
            + (clean ? "" : plan.remark())
            + (clean || !tolerated ? "" : "; reported only, as verify.differences asks");
    return new Certificate.Result(name, clean || tolerated, detail);
  }

  private static String sampled(VerifyPolicy policy) {
    return policy.sample() instanceof VerifyPolicy.Sample.Rows ? "of a sample, " : "";
  }
}

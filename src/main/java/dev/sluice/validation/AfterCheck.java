package dev.sluice.validation;

import dev.sluice.migration.Check;
import dev.sluice.migration.Identifier;
import dev.sluice.postgres.BooleanQuery;
import java.util.List;

/** One entry of {@code checks.after}. */
final class AfterCheck implements VerifyCheck {
  private final Check check;

  AfterCheck(Check check) {
    this.check = check;
  }

  @Override
  public String name() {
    return check.name();
  }

  @Override
  public List<Certificate.Result> verify(Evidence evidence) {
    if (check instanceof Check.Sql sql) {
      BooleanQuery.Answer answer = new UserQuery(evidence.queries()).ask(sql.sql());
      return List.of(new Certificate.Result(name(), answer.isTrue(), answer.detail()));
    }
    if (check instanceof Check.NotNull notNull) {
      return notNull.columns().stream().map(column -> notNull(column, evidence)).toList();
    }
    return List.of(rowCount(evidence));
  }

  private static Certificate.Result notNull(Identifier column, Evidence evidence) {
    String qualified = evidence.table().name().quoted() + "." + column.quoted();
    Windows.Matches nulls = evidence.walk().count(evidence.examined(qualified + " IS NULL"));
    String detail =
        nulls.rows() == 0
            ? "no NULL" + evidence.quarantined().remark()
            : "%d rows have NULL: keys %s"
                .formatted(nulls.rows(), Evidence.listed(nulls.keys(), nulls.rows()));
    return new Certificate.Result("not-null " + column, nulls.rows() == 0, detail);
  }

  private Certificate.Result rowCount(Evidence evidence) {
    Baseline baseline = evidence.baseline();
    if (baseline == null || !baseline.exact()) {
      return new Certificate.Result(
          name(),
          false,
          "there is no counted baseline to compare with: it is captured before the run");
    }
    long now = evidence.walk().count("TRUE").rows();
    // each chunk has made sure that it changes none: see SameRowCount in package backfill
    String detail =
        now == baseline.rowsTotal()
            ? "%d rows, as before the run".formatted(now)
            : "%d rows before the run, %d now: the application's own inserts and deletes. Each transaction of the run left as many rows as it found"
                .formatted(baseline.rowsTotal(), now);
    return new Certificate.Result(name(), true, detail);
  }
}

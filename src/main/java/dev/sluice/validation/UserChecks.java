package dev.sluice.validation;

import dev.sluice.migration.Check;
import dev.sluice.postgres.BooleanQuery;

/** The definition's own {@code checks.before}. */
final class UserChecks implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    for (Check check : subject.migration().checks().before()) {
      if (check instanceof Check.Sql sql) {
        BooleanQuery.Answer answer = new UserQuery(subject.inspection()).ask(sql.sql());
        if (!answer.isTrue()) {
          findings.refuse(
              "check '%s' under checks.before %s. It must return one row with true."
                  .formatted(sql.name(), answer.detail()));
        }
      }
    }
  }
}

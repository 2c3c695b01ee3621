package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.UserSql;
import dev.sluice.sync.SyncRules;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;

/**
 * A column that {@code constrain.up.sql} sets NOT NULL, where the sync trigger may compute NULL:
 * what the application could write until then, a source set to NULL, fails in its statement.
 *
 * <p>A note, because only the application knows whether it does. The script is searched as text,
 * and an expression that cannot be computed from NULLs alone tells nothing.
 */
final class SyncNullNotes {

  private SyncNullNotes() {}

  static void check(SyncRules rules, Subject subject, Findings findings) {
    for (SyncRules.Rule rule : rules.forward()) {
      if (constrainForbidsNull(subject, rule.column())
          && !rule.sources().isEmpty()
          && rule.sources().stream().allMatch(name -> mayBecomeNull(subject, name))
          && givesNull(rule.expression(), subject)) {
        findings.note(
            ("set.%1$s gives NULL where %2$s is NULL, and constrain.up.sql sets '%1$s' NOT NULL: from"
                    + " then on a statement of the application that sets %2$s to NULL fails in the"
                    + " sync trigger [23502]. Wrap the expression in coalesce.")
                .formatted(rule.column(), Identifier.listed(rule.sources())));
      }
    }
  }

  private static boolean mayBecomeNull(Subject subject, Identifier source) {
    return subject.table().column(source).filter(column -> !column.notNull()).isPresent()
        && !constrainForbidsNull(subject, source);
  }

  private static boolean constrainForbidsNull(Subject subject, Identifier column) {
    Pattern setsNotNull =
        Pattern.compile(
            "\\bALTER\\s+(COLUMN\\s+)?(%s|%s)\\s+SET\\s+NOT\\s+NULL\\b"
                .formatted(Pattern.quote(column.value()), Pattern.quote(column.quoted())),
            Pattern.CASE_INSENSITIVE);
    return subject
        .migration()
        .script(Script.Kind.CONSTRAIN_UP)
        .filter(script -> setsNotNull.matcher(script.text()).find())
        .isPresent();
  }

  /** Read only: what draws a number fails there. */
  private static boolean givesNull(String expression, Subject subject) {
    List<Table.Column> columns = subject.table().columns();
    String row =
        columns.stream()
            .map(
                column ->
                    "CAST(NULL AS %s) AS %s"
                        .formatted(column.unboundedType(), column.name().quoted()))
            .collect(Collectors.joining(", "));
    String question =
        "SELECT (%s\n) IS NULL FROM (SELECT %s) AS %s"
            .formatted(UserSql.forJdbc(expression), row, subject.table().name().name().quoted());
    try {
      return Boolean.TRUE.equals(
          subject.inspection().<Boolean>read(jdbc -> jdbc.queryForObject(question, Boolean.class)));
    } catch (DataAccessException e) {
      return false;
    }
  }
}

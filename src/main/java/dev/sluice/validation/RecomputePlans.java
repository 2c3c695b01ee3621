package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.postgres.ExpressionFacts;
import dev.sluice.postgres.GeneratedColumn;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.UserSql;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/** Decides which written columns can be computed again, and from what. */
final class RecomputePlans {

  private final Evidence evidence;
  private final @Nullable Journal journal;

  RecomputePlans(Evidence evidence) {
    this.evidence = evidence;
    this.journal = evidence.journal();
  }

  /** One a written column, in the definition's order. */
  List<RecomputePlan> all() {
    Change change = evidence.migration().change();
    if (journal != null && !journal.retyped().isEmpty()) {
      String why =
          "%s has another type than during the run, and what the run wrote cannot be told from what was written since"
              .formatted(Identifier.listed(journal.retyped()));
      return change.writtenColumns().stream()
          .map(column -> RecomputePlan.skip(column, why))
          .toList();
    }
    return change instanceof Change.SetExpressions set
        ? set.expressions().entrySet().stream().map(this::ofExpression).toList()
        : ofTransform((Change.Transform) change);
  }

  private RecomputePlan ofExpression(Map.Entry<Identifier, String> entry) {
    Identifier column = entry.getKey();
    Optional<ExpressionFacts> known =
        ExpressionNotes.facts(evidence.inspection(), evidence.table().name(), entry.getValue());
    if (known.isEmpty()) {
      return RecomputePlan.skip(
          column, "the role may not create temporary views, which tell what the expression reads");
    }
    ExpressionFacts facts = known.get();
    if (!facts.isRepeatable()) {
      return RecomputePlan.skip(
          column,
          "%s gives another value each time".formatted(ExpressionNotes.unrepeatable(facts)));
    }
    String remark =
        facts.otherTables().isEmpty()
            ? ""
            : "; it reads %s, so the application may have caused a difference since"
                .formatted(ExpressionNotes.tables(facts));
    return journal == null
        ? overTable(entry, facts, remark)
        : overJournal(entry, facts, remark, journal);
  }

  private RecomputePlan overTable(
      Map.Entry<Identifier, String> entry, ExpressionFacts facts, String remark) {
    return new RecomputePlan(
        entry.getKey(),
        readsWhatIsWritten("the expression", facts.sourceColumns()),
        sql(entry.getValue()),
        false,
        remark);
  }

  /** What reads nothing of the written columns reads the row itself, whatever it calls it. */
  private RecomputePlan overJournal(
      Map.Entry<Identifier, String> entry, ExpressionFacts facts, String remark, Journal journal) {
    Identifier column = entry.getKey();
    if (!journal.concerns(facts.sourceColumns())) {
      return new RecomputePlan(column, null, sql(entry.getValue()), false, remark);
    }
    if (facts.readsOtherRows()) {
      return RecomputePlan.skip(
          column,
          "the expression reads columns that the migration writes, and in a sub-select other rows"
              + " of the table");
    }
    String sql = sql(entry.getValue());
    return new RecomputePlan(column, refused(sql, journal), sql, true, remark);
  }

  private static String sql(String expression) {
    return "(\n" + UserSql.forJdbc(expression) + "\n)";
  }

  /** A sub-select has no schema, no system columns, and not the table's row type. */
  private @Nullable String refused(String sql, Journal journal) {
    String query =
        "EXPLAIN "
            + new JournaledRows(journal, List.of(sql), "TRUE")
                .select(KeyRange.ALL, JournaledRows.old(0));
    try {
      evidence.inspection().read(jdbc -> jdbc.queryForList(query));
      return null;
    } catch (DataAccessException e) {
      ServerError error =
          ServerError.of(e).filter(ServerError::isAboutTheStatement).orElseThrow(() -> e);
      return "the expression cannot be computed over a row as it was before the run (%s); it can if it names columns alone, or as %s.column"
          .formatted(error.text(), evidence.table().name().name().quoted());
    }
  }

  private List<RecomputePlan> ofTransform(Change.Transform transform) {
    String skipped = journal == null ? readsWhatIsWritten("the transform", transform.read()) : null;
    return transform.write().stream()
        .map(column -> new RecomputePlan(column, skipped, "", false, ""))
        .toList();
  }

  /** Reading such a column again gives what the run made of it, not what it was computed from. */
  private @Nullable String readsWhatIsWritten(String reader, List<Identifier> read) {
    List<Identifier> written = evidence.migration().change().writtenColumns();
    List<Identifier> own = read.stream().filter(written::contains).toList();
    if (!own.isEmpty()) {
      return "%s reads %s, which the migration writes".formatted(reader, Identifier.listed(own));
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
}

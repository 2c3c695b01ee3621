package dev.sluice.schema;

import dev.sluice.migration.Script;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Table;
import dev.sluice.schema.ScriptStatement.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/** What a schema file must not do, as far as it takes the server to see it. */
final class ServerRules {

  private final Script script;
  private final JdbcTemplate jdbc;
  private final Catalog catalog;

  ServerRules(Script script, JdbcTemplate jdbc) {
    this.script = script;
    this.jdbc = jdbc;
    this.catalog = new Catalog(jdbc);
  }

  /** Every problem of the steps, in their order. Takes ACCESS SHARE on the tables they name. */
  List<ScriptProblem> against(List<Step> steps) {
    List<ScriptProblem> problems = new ArrayList<>();
    for (Step step : steps) {
      againstIndex(step)
          .or(() -> againstOnly(step))
          .or(() -> againstRewrite(step))
          .map(
              reason ->
                  new ScriptProblem(script.file(), step.line(), step.summary() + ": " + reason))
          .ifPresent(problems::add);
    }
    return problems;
  }

  private Optional<String> againstIndex(Step step) {
    return CreateIndex.of(step.sql())
        .filter(CreateIndex::concurrently)
        .flatMap(index -> partitioned(index.table()))
        .map(
            table ->
                ("table %s is partitioned, and PostgreSQL builds no index CONCURRENTLY on it. Write"
                        + " CREATE INDEX … ON ONLY %s, CREATE INDEX CONCURRENTLY on each partition,"
                        + " then ALTER INDEX … ATTACH PARTITION.")
                    .formatted(table.name(), table.name()));
  }

  private Optional<String> againstOnly(Step step) {
    return alterTable(step)
        .filter(table -> table.only() && step.sql().endsWith(" NO INHERIT NOT VALID"))
        .flatMap(table -> partitioned(table.table()))
        .map(
            table ->
                "table %s is partitioned, and PostgreSQL adds no check to it alone. Leave out ONLY."
                    .formatted(table.name()));
  }

  /** Only in expand: later steps are bounded by {@code statement_timeout}, which undoes them. */
  private Optional<String> againstRewrite(Step step) {
    return script.kind() == Script.Kind.EXPAND_UP
            && alterTable(step).filter(this::rewrites).isPresent()
        ? Optional.of(
            "PostgreSQL would write the whole table or an index anew, under a lock that blocks the"
                + " application: for a volatile default, an identity or another type. Add a plain"
                + " column, and let migration.yaml fill it.")
        : Optional.empty();
  }

  private boolean rewrites(AlterTable table) {
    List<String> actions =
        table.actions().stream()
            .filter(ServerRules::mayRewrite)
            .map(ScriptStatement::text)
            .toList();
    return !actions.isEmpty()
        && EmptyTwin.ask(
                jdbc,
                table.table(),
                (session, twin) -> rewrites(session, twin, String.join(", ", actions)))
            .orElse(false);
  }

  /**
   * A REFERENCES would lock the table referred to; on a column without a default it costs nothing.
   */
  private static boolean mayRewrite(List<Piece> action) {
    boolean refers = new SqlCursor(action).has("REFERENCES");
    return (AlterTable.addsColumn(action) && !refers) || AlterTable.changesType(action);
  }

  /** PostgreSQL gives what it writes anew another file, whether or not there are rows. */
  private static boolean rewrites(JdbcOperations session, String twin, String actions) {
    Set<Long> before = files(session, twin);
    PlainSql.execute(session, "ALTER TABLE " + twin + " " + actions);
    return !before.containsAll(files(session, twin));
  }

  private static Set<Long> files(JdbcOperations session, String table) {
    return Set.copyOf(
        session.queryForList(
            """
            SELECT c.relfilenode
            FROM pg_class c
            WHERE c.oid = to_regclass(?)
               OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = to_regclass(?))
            """,
            Long.class,
            table,
            table));
  }

  private static Optional<AlterTable> alterTable(Step step) {
    return AlterTable.of(StatementSplitter.split(step.sql()).get(0));
  }

  private Optional<Table> partitioned(String name) {
    return SqlNames.table(name).flatMap(catalog::find).filter(table -> table.kind() == 'p');
  }
}

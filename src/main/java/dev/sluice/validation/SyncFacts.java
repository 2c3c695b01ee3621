package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Sync;
import dev.sluice.postgres.ExpressionFacts;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.sync.SyncDefaults;
import dev.sluice.sync.SyncRules;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Finds out what a sync trigger has to look at. Changes nothing. */
public final class SyncFacts {

  private static final Duration EXPRESSION_MAX = Duration.ofSeconds(30);

  private final Inspection inspection;
  private final DataMigration migration;
  private final Table table;
  private final Sync.Trigger sync;

  SyncFacts(Inspection inspection, DataMigration migration, Table table, Sync.Trigger sync) {
    this.inspection = inspection;
    this.migration = migration;
    this.table = table;
    this.sync = sync;
  }

  /**
   * What the trigger of a migration is made of, without a journal.
   *
   * @param table with the columns that expand adds
   * @return empty: the definition asks for none
   * @throws org.springframework.dao.DataAccessException if an expression is wrong
   * @throws IllegalStateException if the role may not find it out: what preflight refuses
   */
  public static Optional<SyncRules> rules(
      DataSource dataSource, DataMigration migration, Table table) {
    return migration.sync() instanceof Sync.Trigger sync
        ? Optional.of(
            new SyncFacts(new Inspection(dataSource, EXPRESSION_MAX), migration, table, sync)
                .rules())
        : Optional.empty();
  }

  SyncRules rules() {
    List<SyncRules.Rule> forward = forward();
    List<SyncRules.Rule> reverse = rules(sync.reverse());
    return new SyncRules(
        migration.id(),
        TableKey.of(table, migration.key()),
        table,
        migration.guardOrTrue(),
        facts(migration.guardOrTrue()).orElseThrow(SyncFacts::unknown).sourceColumns(),
        forward,
        reverse,
        repeatable(defaults(columns(forward, reverse))),
        null);
  }

  private List<SyncRules.Rule> forward() {
    return migration.change() instanceof Change.SetExpressions set
        ? rules(set.expressions())
        : List.of();
  }

  private List<SyncRules.Rule> rules(Map<Identifier, String> expressions) {
    return expressions.entrySet().stream()
        .map(
            entry ->
                new SyncRules.Rule(
                    entry.getKey(),
                    entry.getValue(),
                    facts(entry.getValue()).orElseThrow(SyncFacts::unknown).sourceColumns()))
        .toList();
  }

  private static List<Identifier> columns(List<SyncRules.Rule> some, List<SyncRules.Rule> others) {
    return Stream.concat(some.stream(), others.stream()).map(SyncRules.Rule::column).toList();
  }

  /** What each of them holds where an INSERT does not name it. */
  Map<Identifier, String> defaults(List<Identifier> columns) {
    return SyncDefaults.read(
        new JdbcTemplate(inspection.dataSource()), migration.id(), table, columns);
  }

  /** A value that comes only once tells nothing of who has written it. */
  private Map<Identifier, String> repeatable(Map<Identifier, String> defaults) {
    Map<Identifier, String> kept = new LinkedHashMap<>();
    defaults.forEach(
        (column, value) -> {
          if (facts(value).filter(ExpressionFacts::isRepeatable).isPresent()) {
            kept.put(column, value);
          }
        });
    return kept;
  }

  /** Empty if the role may not create the temporary view that tells them. */
  Optional<ExpressionFacts> facts(String expression) {
    return ExpressionNotes.facts(inspection, table.name(), expression);
  }

  private static IllegalStateException unknown() {
    return new IllegalStateException("the role may not create temporary views");
  }
}

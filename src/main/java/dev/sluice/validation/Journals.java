package dev.sluice.validation;

import dev.sluice.control.UndoMethod;
import dev.sluice.control.UndoPlans;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.GeneratedColumn;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/** Finds the undo journal of a run. */
final class Journals {

  private final JdbcOperations jdbc;
  private final DataMigration migration;
  private final Table table;

  /**
   * @param jdbc for the catalog, autocommit
   */
  Journals(JdbcOperations jdbc, DataMigration migration, Table table) {
    this.jdbc = jdbc;
    this.migration = migration;
    this.table = table;
  }

  /**
   * Empty: the run kept none, or it is gone by now.
   *
   * @param windows that walk the table
   * @throws RefusedException if the definition is no longer the one that the run began with
   */
  Optional<Journal> find(long run, Windows windows) {
    Optional<Table> kept = new Catalog(jdbc).find(JournalTable.nameOf(migration.id()));
    Optional<UndoPlans.Decision> decision =
        kept.isEmpty()
            ? Optional.empty()
            : new UndoPlans(jdbc)
                .find(migration.id(), run)
                .flatMap(plan -> Optional.ofNullable(plan.decision()))
                .filter(found -> found.method() == UndoMethod.JOURNAL);
    return decision.map(
        found -> {
          requireSame(found, kept.orElseThrow(), windows.key());
          return journal(windows);
        });
  }

  private void requireSame(UndoPlans.Decision began, Table kept, TableKey key) {
    UndoPlans.Decision now =
        new UndoPlans.Decision(
            UndoMethod.JOURNAL, migration.change().writtenColumns(), migration.guard() != null);
    if (!now.equals(began)) {
      refuse("the run began with %s, the definition now says %s".formatted(began, now));
    }
    List<Identifier> names = key.columns().stream().map(Table.Column::name).toList();
    if (names.stream().anyMatch(name -> kept.column(name).isEmpty())) {
      refuse("the undo journal of the run does not have the key %s".formatted(names));
    }
  }

  private void refuse(String what) {
    throw new RefusedException(
        migration.id(),
        List.of(what + ", and its result cannot be compared with that. Put the definition back."));
  }

  private Journal journal(Windows windows) {
    JournalTable journal =
        JournalTable.of(migration.id(), windows.key(), migration.change().writtenColumns());
    List<GeneratedColumn> generated =
        GeneratedColumn.of(jdbc, table).stream()
            .filter(column -> journal.written().contains(column.from()))
            .toList();
    TableKey walked = new TableKey(journal.name(), windows.key().columns());
    return new Journal(
        table,
        journal,
        new Windows(windows.inspection(), walked, windows.waiter()),
        generated,
        retyped(journal));
  }

  /** An image has the types in it. */
  private List<Identifier> retyped(JournalTable journal) {
    return jdbc.query(
        """
        SELECT now.attname
        FROM pg_attribute now
        JOIN pg_attribute kept
          ON kept.attrelid = to_regclass(?) AND kept.attname = now.attname
        WHERE now.attrelid = CAST(? AS oid)
          AND now.attname = ANY (?)
          AND kept.atttypid <> now.atttypid
        ORDER BY now.attnum
        """,
        (rs, row) -> new Identifier(rs.getString("attname")),
        journal.name().quoted(),
        table.oid(),
        journal.written().stream().map(Identifier::value).toArray(String[]::new));
  }
}

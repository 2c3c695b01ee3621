package dev.sluice.schema;

import dev.sluice.schema.SafeConstrain.AsWritten;
import dev.sluice.schema.SafeConstrain.Instead;
import dev.sluice.schema.SafeConstrain.Refused;
import dev.sluice.schema.SafeConstrain.Verdict;
import dev.sluice.schema.ScriptStatement.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One action of an {@code ALTER TABLE} in steps that hold no strong lock during a scan. */
final class SafeAction {
  private final int line;
  private final AlterTable table;

  SafeAction(int line, AlterTable table) {
    this.line = line;
    this.table = table;
  }

  /**
   * Whether the action means the same in a statement of its own, between the others. PostgreSQL
   * sorts the actions of one statement: dropping first, then types, columns, constraints.
   */
  static boolean standsAlone(List<Piece> action) {
    SqlCursor cursor = new SqlCursor(action);
    if (cursor.skip("ALTER")) {
      cursor.skip("COLUMN");
      return cursor.name().isPresent()
          && (cursor.sees("SET", "NOT", "NULL")
              || cursor.sees("DROP", "NOT", "NULL")
              || cursor.sees("SET", "DEFAULT")
              || cursor.sees("DROP", "DEFAULT")
              || cursor.sees("SET", "STATISTICS"));
    }
    return AlterTable.validates(action) || NewConstraint.of(action).isPresent();
  }

  Verdict of(List<Piece> action) {
    Optional<String> column = notNullColumn(action);
    if (column.isPresent()) {
      return new Instead(notNull(column.get()));
    }
    return NewConstraint.of(action).map(this::constraint).orElseGet(AsWritten::new);
  }

  private static Optional<String> notNullColumn(List<Piece> action) {
    SqlCursor cursor = new SqlCursor(action);
    if (!cursor.skip("ALTER")) {
      return Optional.empty();
    }
    cursor.skip("COLUMN");
    return cursor.name().filter(name -> cursor.sees("SET", "NOT", "NULL"));
  }

  /**
   * The check is added without a scan and validated under SHARE UPDATE EXCLUSIVE; SET NOT NULL then
   * trusts it and scans nothing (PostgreSQL 12 and later).
   *
   * <p>IS DISTINCT FROM NULL asks what NOT NULL asks. IS NOT NULL asks more of a composite value:
   * it is false as soon as one of its fields is NULL.
   */
  private List<List<Step>> notNull(String column) {
    String check =
        SqlNames.made("sluice_not_null", SqlNames.bare(table.table()), SqlNames.bare(column))
            .quoted();
    return List.of(
        List.of(step(notNullCheck(check, column))),
        List.of(validate(check)),
        List.of(
            step("ALTER COLUMN " + column + " SET NOT NULL"), step("DROP CONSTRAINT " + check)));
  }

  private String notNullCheck(String name, String column) {
    String inherit = table.only() ? " NO INHERIT" : "";
    return "ADD CONSTRAINT %s CHECK (%s IS DISTINCT FROM NULL)%s NOT VALID"
        .formatted(name, column, inherit);
  }

  private Verdict constraint(NewConstraint constraint) {
    return switch (constraint.kind()) {
      case CHECK, FOREIGN_KEY, NOT_NULL -> validatedLater(constraint);
      case UNIQUE, PRIMARY_KEY -> byIndex(constraint);
      case OTHER -> new AsWritten();
    };
  }

  private Verdict validatedLater(NewConstraint constraint) {
    if (constraint.scansNothing()) {
      return new AsWritten();
    }
    String name = constraint.nameOn(table.table());
    List<List<Step>> transactions = new ArrayList<>();
    transactions.add(
        List.of(step("ADD CONSTRAINT " + name + " " + constraint.definition() + " NOT VALID")));
    transactions.add(List.of(validate(name)));
    if (constraint.name() == null && constraint.kind() == NewConstraint.Kind.CHECK) {
      String rename = AutomaticName.renaming(table, name, constraint.definition());
      transactions.add(List.of(new Step(line, rename, Isolation.TOGETHER)));
    }
    return new Instead(transactions);
  }

  /** The index is built beside the writers; the constraint then takes it over without a scan. */
  private Verdict byIndex(NewConstraint constraint) {
    if (constraint.scansNothing()) {
      return new AsWritten();
    }
    Optional<NewConstraint.Index> index = constraint.index();
    if (index.isEmpty() || table.ifExists()) {
      return new Refused(
          "builds its index under a lock that blocks the application. Write CREATE UNIQUE INDEX"
              + " CONCURRENTLY, then ALTER TABLE … ADD CONSTRAINT … USING INDEX.");
    }
    boolean primary = constraint.kind() == NewConstraint.Kind.PRIMARY_KEY;
    String name = constraint.nameOn(table.table());
    List<List<Step>> transactions = new ArrayList<>();
    if (primary) { // else the constraint would scan for NULLs under its lock
      constraint.columns().forEach(column -> transactions.addAll(notNull(column)));
    }
    CreateIndex build =
        new CreateIndex(
            true, true, false, name, false, table.table(), index.get().definition().strip());
    transactions.add(List.of(new Step(line, build.sql(), Isolation.OUTSIDE)));
    String kind = primary ? "PRIMARY KEY" : "UNIQUE";
    String adopt = "ADD CONSTRAINT %s %s USING INDEX %s %s";
    transactions.add(
        List.of(step(adopt.formatted(name, kind, name, index.get().attributes()).strip())));
    return new Instead(transactions);
  }

  private Step step(String action) {
    return new Step(line, table.with(action), Isolation.TOGETHER);
  }

  private Step validate(String constraint) {
    return new Step(line, table.with("VALIDATE CONSTRAINT " + constraint), Isolation.ALONE);
  }
}

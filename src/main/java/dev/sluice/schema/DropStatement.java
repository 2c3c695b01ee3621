package dev.sluice.schema;

import dev.sluice.migration.TableName;
import dev.sluice.schema.ScriptStatement.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A statement that takes something away, taken apart: names are as they are written.
 *
 * @param only {@code ONLY}: no table that inherits is touched
 * @param cascades whether what depends on it goes too
 */
record DropStatement(Kind kind, List<String> names, boolean only, boolean cascades) {

  enum Kind {
    TABLE,
    MATERIALIZED_VIEW,
    INDEX,
    SCHEMA,
    /** The rows of tables. */
    ROWS,
    /** The first name is the table's, the others are of its columns. */
    COLUMNS,
    /** What a block drops is known only when it runs. */
    UNKNOWN
  }

  /** Empty: it takes nothing away that holds data or took time to build. */
  static Optional<DropStatement> of(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    if (cursor.skip("DROP")) {
      return kind(cursor).map(kind -> named(kind, cursor));
    }
    if (cursor.skip("TRUNCATE")) {
      cursor.skip("TABLE");
      return Optional.of(named(Kind.ROWS, cursor));
    }
    boolean hidden =
        DoBlock.of(statement)
            .filter(block -> block.runs(List.of("DROP", "TRUNCATE", "ALTER")))
            .isPresent();
    return hidden
        ? Optional.of(new DropStatement(Kind.UNKNOWN, List.of(), false, false))
        : AlterTable.of(statement).flatMap(DropStatement::columns);
  }

  /** Where only one of the two names has a schema, it may be the same table. */
  boolean dropsColumnsOf(TableName table) {
    return kind == Kind.COLUMNS
        && SqlNames.table(names.get(0))
            .filter(altered -> CreatedTables.same(altered, table))
            .isPresent();
  }

  private static Optional<Kind> kind(SqlCursor cursor) {
    if (cursor.skip("TABLE")) {
      return Optional.of(Kind.TABLE);
    }
    if (cursor.skip("MATERIALIZED", "VIEW")) {
      return Optional.of(Kind.MATERIALIZED_VIEW);
    }
    if (cursor.skip("INDEX")) {
      cursor.skip("CONCURRENTLY");
      return Optional.of(Kind.INDEX);
    }
    return cursor.skip("SCHEMA") ? Optional.of(Kind.SCHEMA) : Optional.empty();
  }

  private static DropStatement named(Kind kind, SqlCursor cursor) {
    cursor.skip("IF", "EXISTS");
    boolean only = cursor.sees("ONLY");
    boolean cascades = cursor.has("CASCADE");
    List<String> names = new ArrayList<>();
    for (List<Piece> part : cursor.restAtCommas()) {
      SqlCursor one = new SqlCursor(part);
      one.skip("ONLY");
      one.name().ifPresent(names::add);
    }
    return new DropStatement(kind, names, only, cascades);
  }

  private static Optional<DropStatement> columns(AlterTable table) {
    List<String> names = new ArrayList<>(List.of(table.table()));
    boolean cascades = false;
    for (List<Piece> action : table.actions()) {
      SqlCursor cursor = new SqlCursor(action);
      if (cursor.skip("DROP") && !cursor.sees("CONSTRAINT")) {
        cursor.skip("COLUMN");
        cursor.skip("IF", "EXISTS");
        cursor.name().ifPresent(names::add);
        cascades |= cursor.sees("CASCADE");
      }
    }
    return names.size() > 1
        ? Optional.of(new DropStatement(Kind.COLUMNS, names, table.only(), cascades))
        : Optional.empty();
  }
}

package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.schema.ScriptStatement.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code ADD [CONSTRAINT name] definition} taken apart.
 *
 * @param name as it is written; null: not given
 * @param body the definition with its keywords
 */
record NewConstraint(@Nullable String name, Kind kind, List<Piece> body) {

  enum Kind {
    CHECK,
    FOREIGN_KEY,
    NOT_NULL,
    UNIQUE,
    PRIMARY_KEY,
    /** {@code EXCLUDE}: PostgreSQL knows no way that does not block. */
    OTHER
  }

  /**
   * How a unique constraint's index is written in {@code CREATE UNIQUE INDEX}.
   *
   * @param definition columns and what follows them
   * @param attributes what belongs to the constraint: {@code DEFERRABLE …}, or empty
   */
  record Index(String definition, String attributes) {}

  /** Empty: adds something else, a column perhaps. */
  static Optional<NewConstraint> of(List<Piece> action) {
    SqlCursor cursor = new SqlCursor(action);
    if (!cursor.skip("ADD")) {
      return Optional.empty();
    }
    boolean named = cursor.skip("CONSTRAINT");
    @Nullable String name = named ? cursor.name().orElse(null) : null;
    Kind kind = kind(cursor);
    if (kind == Kind.OTHER && !named && !cursor.sees("EXCLUDE")) {
      return Optional.empty();
    }
    return Optional.of(
        new NewConstraint(name, kind, action.subList(cursor.position(), action.size())));
  }

  private static Kind kind(SqlCursor cursor) {
    if (cursor.sees("CHECK")) {
      return Kind.CHECK;
    } else if (cursor.sees("FOREIGN", "KEY")) {
      return Kind.FOREIGN_KEY;
    } else if (cursor.sees("NOT", "NULL")) {
      return Kind.NOT_NULL;
    } else if (cursor.sees("UNIQUE")) {
      return Kind.UNIQUE;
    }
    return cursor.sees("PRIMARY", "KEY") ? Kind.PRIMARY_KEY : Kind.OTHER;
  }

  String definition() {
    return ScriptStatement.text(body);
  }

  boolean endsInNotValid() {
    return body.size() > 2 && new SqlCursor(tail()).sees("NOT", "VALID");
  }

  private List<Piece> tail() {
    return body.subList(body.size() - 2, body.size());
  }

  /** The definition of one that {@link #endsInNotValid}. */
  String withoutNotValid() {
    return ScriptStatement.text(body.subList(0, body.size() - 2));
  }

  /** Declared so that PostgreSQL takes it over without looking at the rows. */
  boolean scansNothing() {
    SqlCursor cursor = new SqlCursor(body);
    return cursor.has("NOT", "VALID")
        || cursor.has("NOT", "ENFORCED")
        || cursor.sees("UNIQUE", "USING", "INDEX")
        || cursor.sees("PRIMARY", "KEY", "USING", "INDEX");
  }

  /**
   * The name given, else the one that PostgreSQL gives as long as it is free. A check gets a made
   * one until it is valid, see {@link AutomaticName}. As SQL.
   */
  String nameOn(String table) {
    if (name != null) {
      return name;
    }
    String bare = SqlNames.bare(table);
    Identifier made =
        switch (kind) {
          case CHECK, OTHER -> SqlNames.made(bare, "check", SqlNames.hash(definition()));
          case PRIMARY_KEY -> SqlNames.automatic(bare, "", "pkey");
          case FOREIGN_KEY -> SqlNames.automatic(bare, joined(columns()), "fkey");
          case UNIQUE -> SqlNames.automatic(bare, joined(allColumns()), "key");
          case NOT_NULL -> SqlNames.automatic(bare, notNullColumn(), "not_null");
        };
    return made.quoted();
  }

  private static String joined(List<String> columns) {
    return columns.stream().map(SqlNames::bare).collect(Collectors.joining("_"));
  }

  /** Those that are only INCLUDEd too. */
  private List<String> allColumns() {
    SqlCursor cursor = new SqlCursor(body);
    List<String> all = new ArrayList<>(columns());
    while (!cursor.atEnd() && !cursor.skip("INCLUDE")) {
      cursor.skipOne();
    }
    if (!cursor.atEnd()) {
      List<Piece> rest = body.subList(cursor.position(), body.size());
      all.addAll(new NewConstraint(name, kind, rest).columns());
    }
    return all;
  }

  private String notNullColumn() {
    SqlCursor cursor = new SqlCursor(body);
    cursor.skip("NOT", "NULL");
    return SqlNames.bare(cursor.name().orElse(""));
  }

  /** What stands in its first parentheses: the columns, as they are written. */
  List<String> columns() {
    return inParentheses().stream().map(ScriptStatement::text).toList();
  }

  private List<List<Piece>> inParentheses() {
    int open = indexOf('(');
    int close = indexOf(')');
    return open < 0 || close < open
        ? List.of()
        : new SqlCursor(body.subList(open + 1, close)).restAtCommas();
  }

  private int indexOf(char symbol) {
    for (int i = 0; i < body.size(); i++) {
      if (body.get(i).token().isSymbol(symbol)) {
        return i;
      }
    }
    return -1;
  }

  /** Of a unique constraint or primary key. Empty: it says more than is understood here. */
  Optional<Index> index() {
    SqlCursor cursor = new SqlCursor(body);
    if (!cursor.skip("UNIQUE")) {
      cursor.skip("PRIMARY", "KEY");
    }
    int nulls = cursor.position();
    boolean notDistinct = cursor.skip("NULLS", "NOT", "DISTINCT");
    if (!notDistinct) {
      cursor.skip("NULLS", "DISTINCT");
    }
    String distinct = cursor.textSince(nulls);
    int columns = cursor.position();
    if (!cursor.seesSymbol('(') || inParentheses().stream().anyMatch(c -> c.size() != 1)) {
      return Optional.empty(); // 'period WITHOUT OVERLAPS' is not one name
    }
    cursor.skipOne();
    if (cursor.skip("INCLUDE") && cursor.seesSymbol('(')) {
      cursor.skipOne();
    }
    String definition = cursor.textSince(columns) + (distinct.isEmpty() ? "" : " " + distinct);
    if (cursor.sees("WITH") || cursor.has("USING")) {
      return Optional.empty();
    }
    return Optional.of(new Index(definition, cursor.rest()));
  }
}

package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * A column, and how to tell whether a row holds a value there that is worth keeping: neither NULL
 * nor the column's default. Values are compared by their binary form.
 *
 * @param compared with a value, by its binary form where the type has one, else as text
 * @param defaultValue SQL of a default that is a value of its own; null: there is none
 */
record HeldColumn(ComparedColumn compared, @Nullable String defaultValue) {

  /** What the server computes is left out: it comes back by itself. */
  static List<HeldColumn> of(
      JdbcOperations jdbc, Inspection inspection, Table table, List<Identifier> names) {
    List<Identifier> textual =
        BinaryForm.missing(jdbc, table, names).stream().map(Table.Column::name).toList();
    List<HeldColumn> columns = new ArrayList<>();
    for (Identifier name : names) {
      Table.Column column = table.column(name).orElseThrow();
      if (!column.generated() && !column.identityAlways()) {
        columns.add(
            new HeldColumn(
                new ComparedColumn(
                    name,
                    table.name().quoted() + "." + name.quoted(),
                    column.type(),
                    !textual.contains(name),
                    textual.contains(name)),
                defaultValue(inspection, table, column)));
      }
    }
    return columns;
  }

  /** A sequence's next number is none, and a transaction that only reads may not draw it. */
  private static @Nullable String defaultValue(
      Inspection inspection, Table table, Table.Column column) {
    List<String> expressions =
        inspection.read(
            read ->
                read.queryForList(
                    """
                    SELECT pg_get_expr(adbin, adrelid)
                    FROM pg_attrdef
                    WHERE adrelid = CAST(? AS oid)
                      AND adnum = ?
                    """,
                    String.class,
                    table.oid(),
                    column.position()));
    if (expressions.isEmpty()) {
      return null;
    }
    String value = "CAST((%s) AS %s)".formatted(expressions.get(0), column.type());
    try {
      inspection.read(read -> read.queryForList("SELECT " + value));
      return value;
    } catch (DataAccessException e) {
      return null;
    }
  }

  Identifier name() {
    return compared.name();
  }

  /** {@code "users"."status"}, of the row that is called so. */
  String qualified(String row) {
    return row + "." + name().quoted();
  }

  /** The condition that the row holds such a value; the default in it as PostgreSQL prints it. */
  String holds(String row) {
    ComparedColumn there =
        new ComparedColumn(
            name(), qualified(row), compared.type(), compared.byImage(), compared.collated());
    String notNull = qualified(row) + " IS NOT NULL";
    return defaultValue == null
        ? "(%s)".formatted(notNull)
        : "(%s AND %s)".formatted(notNull, there.differsFrom(defaultValue));
  }
}

package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.Table;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * A written column and how its values are compared: typed, so that 1.0 equals 1.00; by their binary
 * image where the type has no equality of its own (json, xml, point).
 *
 * @param collated text of any kind, citext and arrays too: compared letter by letter, whatever the
 *     collations of the two sides are, and whether the type's own equality minds case
 */
record ComparedColumn(
    Identifier name, String qualified, String type, boolean byImage, boolean collated) {

  static ComparedColumn of(Table table, Identifier name, Inspection inspection) {
    Table.Column column =
        table
            .column(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "table %s has no column '%s'".formatted(table.name(), name)));
    return new ComparedColumn(
        name,
        table.name().quoted() + "." + name.quoted(),
        column.type(),
        !hasEquality(column.type(), inspection),
        inspection.read(jdbc -> isCollated(jdbc, table, column)));
  }

  /** Of an index's kind: the {@code =} of box and circle only compares areas. */
  private static boolean hasEquality(String type, Inspection inspection) {
    try {
      inspection.read(jdbc -> jdbc.queryForList("EXPLAIN SELECT DISTINCT NULL::" + type));
      return true;
    } catch (DataAccessException e) {
      if (ServerError.of(e).filter(ServerError::isAboutTheStatement).isPresent()) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isCollated(JdbcOperations jdbc, Table table, Table.Column column) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            "SELECT attcollation <> 0 FROM pg_attribute WHERE attrelid = ? AND attnum = ?",
            Boolean.class,
            table.oid(),
            column.position()));
  }

  /** The condition that the column's value is not {@code value}, an SQL expression; never NULL. */
  String differsFrom(String value) {
    if (byImage) {
      return "record_send(ROW(%s)) <> record_send(ROW(CAST(%s AS %s)))"
          .formatted(qualified, value, type);
    }
    String letters = collated ? "::text COLLATE pg_catalog.\"C\"" : "";
    return "%1$s%2$s IS DISTINCT FROM CAST(%3$s AS %4$s)%2$s"
        .formatted(qualified, letters, value, type);
  }
}

package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import java.util.List;

/** Constraints and generated columns that depend on the written columns. */
final class ConstraintNotes implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    constraints(subject, findings);
    for (Identifier generated : generatedFrom(subject)) {
      findings.note(
          "generated column '%s' is computed anew from the written columns.".formatted(generated));
    }
  }

  private static void constraints(Subject subject, Findings findings) {
    subject
        .jdbc()
        .query(
            """
            SELECT c.conname, c.contype::text AS contype, c.conrelid::regclass::text AS on_table,
                   c.confupdtype::text AS on_update, c.conrelid = t.oid AS own,
                   string_agg(a.attname, ''', ''' ORDER BY a.attnum) AS columns
            FROM pg_class t
            JOIN pg_constraint c ON t.oid IN (c.conrelid, c.confrelid)
            JOIN pg_attribute a ON a.attrelid = t.oid
             AND a.attnum = ANY (CASE WHEN c.conrelid = t.oid THEN c.conkey ELSE c.confkey END)
            WHERE t.oid = ?
              AND c.contype IN ('c', 'f', 'x')
              AND c.conparentid = 0
              AND a.attname = ANY (?)
            GROUP BY c.oid, c.conname, c.contype, c.conrelid, c.confupdtype, t.oid
            ORDER BY c.conname
            """,
            rs -> {
              String columns = "'" + rs.getString("columns") + "'";
              findings.note(
                  "%s '%s' %s"
                      .formatted(
                          kind(rs.getString("contype")),
                          rs.getString("conname"),
                          rs.getBoolean("own")
                              ? "on %s is checked at each update.".formatted(columns)
                              : "of %s refers to %s: %s."
                                  .formatted(
                                      rs.getString("on_table"),
                                      columns,
                                      onUpdate(rs.getString("on_update")))));
            },
            subject.table().oid(),
            subject.writtenNames());
  }

  private static String kind(String contype) {
    return switch (contype) {
      case "f" -> "foreign key";
      case "x" -> "exclusion constraint";
      default -> "check";
    };
  }

  private static String onUpdate(String confupdtype) {
    return switch (confupdtype) {
      case "c" -> "its rows change as well (ON UPDATE CASCADE)";
      case "n", "d" -> "its rows lose the reference (ON UPDATE SET)";
      default -> "a value that its rows use cannot change";
    };
  }

  /** Columns that the server computes from the written ones. */
  static List<Identifier> generatedFrom(Subject subject) {
    // since PostgreSQL 15 the expression depends on its columns, before it the column itself did
    return subject
        .jdbc()
        .query(
            """
            SELECT DISTINCT g.attname
            FROM pg_attrdef e
            JOIN pg_attribute g ON g.attrelid = e.adrelid AND g.attnum = e.adnum
            JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = e.adrelid
             AND (d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid
                  OR d.classid = 'pg_class'::regclass AND d.objid = e.adrelid
                     AND d.objsubid = e.adnum)
            JOIN pg_attribute s ON s.attrelid = e.adrelid AND s.attnum = d.refobjsubid
            WHERE e.adrelid = ?
              AND g.attgenerated <> ''
              AND s.attnum <> g.attnum
              AND s.attname = ANY (?)
            ORDER BY 1
            """,
            (rs, row) -> new Identifier(rs.getString("attname")),
            subject.table().oid(),
            subject.writtenNames());
  }
}

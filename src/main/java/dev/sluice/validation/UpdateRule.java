package dev.sluice.validation;

import java.util.List;

/**
 * A rule that rewrites an UPDATE of the table. Those of partitions do not fire when the root is
 * updated.
 *
 * @param instead in place of the UPDATE, of the rows under its condition if it is conditional
 */
record UpdateRule(String name, boolean instead, boolean conditional) {

  static List<UpdateRule> of(Subject subject) {
    return subject
        .jdbc()
        .query(
            """
            SELECT rulename, is_instead, ev_qual <> '<>' AS conditional
            FROM pg_rewrite
            WHERE ev_class = ?
              AND ev_type = '2'
              AND ev_enabled IN ('O', 'A')
            ORDER BY 1
            """,
            (rs, row) ->
                new UpdateRule(
                    rs.getString("rulename"),
                    rs.getBoolean("is_instead"),
                    rs.getBoolean("conditional")),
            subject.table().oid());
  }
}

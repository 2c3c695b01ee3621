package dev.sluice.validation;

import java.util.List;

/**
 * No other table inherits from it. A statement over a parent reads and writes its children's rows
 * as well, but a unique index ends at its own table: the same key could stand in several of them,
 * and rows would be skipped at page edges, or computed from one another.
 *
 * <p>Partitions are another matter: the unique index of a partitioned table spans them.
 */
final class InheritanceCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    List<String> children = subject.table().kind() == 'r' ? children(subject) : List.of();
    if (!children.isEmpty()) {
      findings.refuse(
          ("tables inherit from %1$s (%2$s), and no unique index spans it and them: a key may stand in"
                  + " several. Migrate each of them by itself (table: %3$s); rows of %1$s itself once"
                  + " ALTER TABLE %3$s NO INHERIT %1$s; has set the children apart.")
              .formatted(subject.table().name(), String.join(", ", children), children.get(0)));
    }
  }

  /** The direct ones. Schema-qualified, as a definition names them. */
  private static List<String> children(Subject subject) {
    return subject
        .jdbc()
        .queryForList(
            """
            SELECT format('%I.%I', n.nspname, c.relname)
            FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE i.inhparent = ?
            ORDER BY 1
            """,
            String.class, subject.table().oid());
  }
}

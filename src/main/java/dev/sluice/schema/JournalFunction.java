package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.JournalTable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;

/** The function behind the triggers of an undo journal. */
final class JournalFunction {

  private final JdbcOperations jdbc;
  private final MigrationId id;
  private final JournalTable journal;

  JournalFunction(JdbcOperations jdbc, MigrationId id, JournalTable journal) {
    this.jdbc = jdbc;
    this.id = id;
    this.journal = journal;
  }

  /** Quoted, with its schema. */
  String name() {
    return nameOf(id);
  }

  /** What the triggers of a migration execute. */
  static String nameOf(MigrationId id) {
    return "sluice." + new Identifier("born_" + id.value()).quoted();
  }

  /**
   * A row that comes to a key finds it free, for the key's index is not deferrable; where it does
   * not, the statement fails, and takes back what has been done here before. What the journal says
   * of that key is of a row that is gone, or that has left it earlier in the same statement and
   * taken its journal row along: rows come here in the order in which they were updated.
   */
  private static final String MOVES =
      """
      IF TG_OP = 'UPDATE' THEN
        DELETE FROM %2$s WHERE (%4$s) = (%7$s);
        UPDATE %2$s SET %3$s WHERE (%4$s) = (%5$s);
      END IF;
      """;

  /** A key that is used again belongs to a new row: what the old one held no longer matters. */
  private static final String NOTES =
      """
      IF TG_OP = 'INSERT' THEN
        INSERT INTO %2$s (%4$s, %6$s) VALUES (%7$s, TRUE)
        ON CONFLICT (%4$s) DO UPDATE SET %6$s = TRUE, %8$s = NULL;
      END IF;
      """;

  /**
   * The statement that makes it, or makes it anew; that takes no lock on the table.
   *
   * @param notesBorn whether it notes inserted rows; moved ones it does always
   */
  String definition(boolean notesBorn) {
    String body = notesBorn ? MOVES + NOTES : MOVES;
    return ("""
        CREATE OR REPLACE FUNCTION %1$s() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, %9$spg_temp
        SET enable_seqscan = off -- a session may have planned while the journal was empty
        AS $body$
        BEGIN
        """
            + body
            + """
        RETURN NEW; -- it may fire before the UPDATE
        END
        $body$
        """)
        .formatted(
            name(),
            journal.name().quoted(),
            each(", ", name -> name + " = NEW." + name),
            journal.keyNames(),
            keys("OLD"),
            JournalTable.BORN,
            keys("NEW"),
            JournalTable.IMAGE,
            journal.key().typeSchemas(jdbc));
  }

  /** The key's columns of a row: {@code OLD."id", OLD."region"}. */
  String keys(String row) {
    return each(", ", name -> row + "." + name);
  }

  private String each(String separator, UnaryOperator<String> part) {
    return journal.key().columns().stream()
        .map(column -> part.apply(column.name().quoted()))
        .collect(Collectors.joining(separator));
  }
}

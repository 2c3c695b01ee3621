package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a sync trigger keeps what it overwrites: in the application's own transaction, so that a
 * rollback of the migration gives it back as it does what the backfill wrote.
 *
 * <p>Old is what the row would hold without the trigger: a value that the application gave in the
 * same statement stays the application's. A row of which a part was not computed by us is marked as
 * born: that part cannot be compared with what the definition computes.
 */
record SyncJournal(SyncRules rules, JournalTable journal) {

  /**
   * Takes the lock of a journal row after that of the table's row, as the backfill does. An INSERT
   * with ON CONFLICT fires the trigger for a row that is then not inserted: where the key is there
   * already, nothing is noted of it.
   */
  String statements() {
    return """
          IF record_image_ne(ROW(%1$s), ROW(%2$s)) THEN
            IF TG_OP = 'UPDATE' THEN
              INSERT INTO %3$s AS _kj (%4$s, %5$s, %6$s, %7$s)
              VALUES (%8$s, %1$s, %9$s, %10$s)
              ON CONFLICT (%4$s) DO UPDATE
              SET %11$s, %6$s = excluded.%6$s,
                  %7$s = excluded.%7$s
                    AND CASE WHEN %12$s AND %13$s THEN _kj.%7$s ELSE TRUE END;
            ELSIF NOT EXISTS (SELECT FROM %14$s WHERE %15$s) THEN
              INSERT INTO %3$s AS _kj (%4$s, %5$s, %6$s, %7$s)
              VALUES (%16$s, %1$s, %9$s, %10$s)
              ON CONFLICT (%4$s) DO UPDATE
              SET %17$s, %6$s = excluded.%6$s, %7$s = excluded.%7$s;
            END IF;
          END IF;
        """
        .formatted(
            of("_kbefore"),
            of("NEW"),
            journal.name().quoted(),
            journal.keyNames(),
            journal.writtenNames(),
            JournalTable.IMAGE,
            JournalTable.BORN,
            keyOf("OLD"),
            journal.imageOf("NEW"),
            isInPart(),
            each(this::kept),
            wasOurs(),
            "record_image_eq(ROW(%s), ROW(%s))".formatted(of("OLD"), of("_kbefore")),
            rules.key().table().quoted(),
            rules.key().columns().stream()
                .map(
                    column ->
                        "%s.%s = NEW.%2$s"
                            .formatted(rules.key().table().quoted(), column.name().quoted()))
                .collect(Collectors.joining(" AND ")),
            keyOf("NEW"),
            each(column -> "%1$s = excluded.%1$s".formatted(column)));
  }

  private String of(String row) {
    return SyncConditions.of(row, journal.written());
  }

  private String keyOf(String row) {
    List<Identifier> columns = rules.key().columns().stream().map(Table.Column::name).toList();
    return SyncConditions.of(row, columns);
  }

  private String each(UnaryOperator<String> part) {
    return journal.written().stream()
        .map(column -> part.apply(column.quoted()))
        .collect(Collectors.joining(", "));
  }

  /** Whether the row still held what we wrote. */
  private String wasOurs() {
    return "_kj.%s = %s".formatted(JournalTable.IMAGE, journal.imageOf("OLD"));
  }

  /** The first old value of a column, as long as the application has not written one since. */
  private String kept(String column) {
    return ("%1$s = CASE WHEN %2$s AND record_image_eq(ROW(OLD.%1$s), ROW(_kbefore.%1$s))"
            + " THEN _kj.%1$s ELSE excluded.%1$s END")
        .formatted(column, wasOurs());
  }

  /** Whether some written column was not computed now. */
  private String isInPart() {
    return IntStream.rangeClosed(1, rules.forward().size())
        .mapToObj(i -> "NOT _kf" + i)
        .collect(Collectors.joining(" OR "));
  }
}

package dev.sluice.sync;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a sync trigger keeps what it overwrites: in the application's own transaction, so that a
 * rollback of the migration gives it back as it does what the backfill wrote.
 *
 * <p>Old is what the row would hold without the trigger: a value that the application gave in the
 * same statement stays the application's. A row of which a part was not computed by us is marked as
 * born: that part cannot be compared with what the definition computes.
 *
 * <p>An UPDATE is noted at once: its row is there, locked, and the journal row of a key is written
 * by whoever holds the row. <b>An INSERT is not known to happen when the trigger fires.</b> With ON
 * CONFLICT it may be dropped for a row that nobody sees yet, in any unique index, and no question
 * asked before can tell. So the trigger only makes an entry in {@link SyncInserts}, which others
 * neither see nor wait for, and one that fires AFTER INSERT, for rows that were inserted and no
 * others, moves it to the journal, in place of all that is there: the key was free, so that is of a
 * row that is gone. The entry of a row in which nothing was computed only removes that.
 *
 * <p>Why the entry found there is the row's own. AFTER triggers fire at the end of the statement,
 * so other rows with the same key may have come between; but only the first to be inserted is.
 * Until its statement ends that row has the {@code xmin} of its entry, and a later one with the key
 * leaves the entry alone. Whoever comes to the key while no such row is there, replaces the entry
 * of one that was not inserted. What a statement leaves over is of rows that were not inserted, and
 * goes with it. A savepoint that is rolled back takes entries along with rows.
 *
 * <p>An UPDATE may meet the entry of its row: another trigger changes rows while their own AFTER
 * triggers wait. Whether the entry is of that row, or of one that ON CONFLICT has just turned into
 * this UPDATE, is not known yet, so both entry and journal are written, by the same rule. If the
 * row was inserted, the entry replaces what the journal has; if not, nobody reads the entry.
 */
record SyncJournal(SyncRules rules, JournalTable journal) {

  /** Before all else of an INSERT. */
  String beginning() {
    return inserts().begin();
  }

  /**
   * Takes the lock of a journal row after that of the table's row, as the backfill does.
   *
   * @param followsKeys whether the journal row of an UPDATE has the row's new key already; if not,
   *     it keeps the old one, and a rollback counts the row as gone
   */
  String statements(boolean followsKeys) {
    return """
          IF record_image_ne(ROW(%1$s), ROW(%2$s)) THEN
            IF TG_OP = 'UPDATE' THEN
              INSERT INTO %3$s AS _kj (%4$s, %5$s, %6$s, %7$s)
              VALUES (%8$s, %1$s, %9$s, %10$s)
              ON CONFLICT (%4$s) DO UPDATE SET %11$s;
              %12$s
            ELSE
              %13$s
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
            keyOf(followsKeys ? "NEW" : "OLD"),
            journal.imageOf("NEW"),
            isInPart(),
            again(),
            inserts().update(again()),
            inserts().compute(journal.imageOf("NEW"), isInPart()));
  }

  private SyncInserts inserts() {
    return new SyncInserts(rules.id(), journal);
  }

  /** What becomes of a journal row whose row is written again. */
  private String again() {
    return "%1$s, %2$s = %3$s, %4$s = (%5$s) AND CASE WHEN %6$s AND %7$s THEN _kj.%4$s ELSE TRUE END"
        .formatted(
            journal.written().stream().map(this::kept).collect(Collectors.joining(", ")),
            JournalTable.IMAGE,
            journal.imageOf("NEW"),
            JournalTable.BORN,
            isInPart(),
            wasOurs(),
            "record_image_eq(ROW(%s), ROW(%s))".formatted(of("OLD"), of("_kbefore")));
  }

  private String of(String row) {
    return SyncConditions.of(row, journal.written());
  }

  private String keyOf(String row) {
    List<Identifier> columns = rules.key().columns().stream().map(Table.Column::name).toList();
    return SyncConditions.of(row, columns);
  }

  /** Whether all of the row still was what we wrote. */
  private String wasOurs() {
    return "_kj.%s = %s".formatted(JournalTable.IMAGE, journal.imageOf("OLD"));
  }

  /** The first old value of a column, as long as the application has not written one since. */
  private String kept(Identifier column) {
    return ("%1$s = CASE WHEN %2$s AND record_image_eq(ROW(OLD.%1$s), ROW(_kbefore.%1$s))"
            + " THEN _kj.%1$s ELSE _kbefore.%1$s END")
        .formatted(column.quoted(), journal.imageHas("_kj", "OLD", column));
  }

  /** Whether some written column was not computed now. */
  private String isInPart() {
    return IntStream.rangeClosed(1, rules.forward().size())
        .mapToObj(i -> "NOT _kf" + i)
        .collect(Collectors.joining(" OR "));
  }
}

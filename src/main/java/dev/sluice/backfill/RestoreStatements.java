package dev.sluice.backfill;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The two statements that put a chunk's rows back, made once for all workers: one locks the rows,
 * the other one writes them.
 */
final class RestoreStatements {
  private final JournalTable journal;
  private final TableKey key;
  private final RowLock lock;
  private final String lockRows;
  private final String restore;

  RestoreStatements(JournalTable journal, MigrationId id, long run, RowLock lock) {
    this.journal = journal;
    this.key = journal.key();
    this.lock = lock;
    this.lockRows = lockRows(key);
    this.restore = restore(id, run);
  }

  /** Locks rows in key order, each until the transaction ends. Bounded by the number of keys. */
  private static String lockRows(TableKey key) {
    return """
        SELECT %s
        FROM %s
        WHERE %s
        ORDER BY %s
        """
        .formatted(key.textColumnList(), key.table().quoted(), key.isOneOf(), key.columnList());
  }

  /**
   * Takes no row lock that {@link #lockRows} does not hold yet, but those on the journal: beside us
   * only a key that the application changes writes there, under its own lock of the row. Without an
   * image a row was never ours: none of the comparisons is true of it. Bounded by the number of
   * keys. May run twice: what is done is no longer in the journal. Returns the numbers of {@link
   * Written}.
   */
  private String restore(MigrationId id, long run) {
    return """
        WITH _kmine AS MATERIALIZED (
          SELECT %1$s, _kj._kimage, %2$s IS NULL AS _kgone,
                 _kj._kimage = %3$s AS _kours,
                 %18$s AS _koldimage
          FROM %4$s AS _kj
          LEFT JOIN %5$s ON %6$s
          WHERE %7$s
            AND (%2$s IS NULL OR %8$s)),
        _kback AS (
          UPDATE %5$s
          SET %9$s
          FROM _kmine
          WHERE %10$s
            AND _kmine._kours AND _kmine._koldimage <> _kmine._kimage
          RETURNING %11$s, %19$s, %3$s = _kmine._koldimage AS _kexact),
        _kconflict AS (
          INSERT INTO sluice.conflict (migration_id, run, key, old_values)
          SELECT '%12$s', %13$d, ARRAY[%14$s], jsonb_object(%15$s)
          FROM (SELECT %16$s, %20$s FROM _kmine
                WHERE NOT _kgone AND NOT _kours
                UNION ALL
                SELECT %16$s, %20$s FROM _kback WHERE NOT _kexact) AS _kleft
          ON CONFLICT (migration_id, run, key) DO NOTHING),
        _kforgotten AS (
          DELETE FROM %4$s AS _kj
          USING (SELECT %16$s FROM _kback
                 UNION ALL
                 SELECT %16$s FROM _kmine
                 WHERE _kours IS NOT TRUE OR _koldimage = _kimage) AS _kdone
          WHERE %17$s
          RETURNING TRUE)
        SELECT (SELECT count(*) FROM _kforgotten),
               (SELECT count(*) FROM _kback),
               (SELECT count(*) FROM _kmine
                WHERE _kgone AND _koldimage <> _kimage)
        """
        .formatted(
            old(),
            key.column(0),
            journal.image(),
            journal.name().quoted(),
            key.table().quoted(),
            journal.keyIs("_kj", key::column),
            journalKeyIsOneOf(),
            key.isOneOf(),
            assignments(),
            tableKeyIs("_kmine"),
            aliases("_kmine."),
            id.value(),
            run,
            keyTexts(),
            oldValues(),
            aliases(""),
            journal.keyIs("_kj", i -> "_kdone." + TableKey.alias(i)),
            journal.imageOf("_kj"),
            olds("_kmine."),
            olds(""));
  }

  private String old() {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < key.width(); i++) {
      columns.add("_kj.%s AS %s".formatted(keyName(i), TableKey.alias(i)));
    }
    for (int i = 0; i < journal.written().size(); i++) {
      columns.add("_kj.%s AS _ko%d".formatted(journal.written().get(i).quoted(), i));
    }
    return String.join(", ", columns);
  }

  private String keyName(int index) {
    return key.columns().get(index).name().quoted();
  }

  private String journalKeyIsOneOf() {
    TableKey aliased = new TableKey(JournalTable.alias("_kj"), key.columns());
    return aliased.isOneOf();
  }

  private String assignments() {
    return each(journal.written().size(), i -> written(i).quoted() + " = _kmine._ko" + i, ", ");
  }

  private Identifier written(int index) {
    return journal.written().get(index);
  }

  private String tableKeyIs(String row) {
    return each(key.width(), i -> key.column(i) + " = " + row + "." + TableKey.alias(i), " AND ");
  }

  private String aliases(String row) {
    return each(key.width(), i -> row + TableKey.alias(i), ", ");
  }

  private String keyTexts() {
    return each(key.width(), i -> TableKey.alias(i) + "::text", ", ");
  }

  /** As text: exact for every type, where a value of json might be none of jsonb. */
  private String oldValues() {
    int width = journal.written().size();
    return "ARRAY[%s], ARRAY[%s]"
        .formatted(
            each(width, i -> "'%s'".formatted(written(i).value().replace("'", "''")), ", "),
            each(width, i -> "_ko%d::text".formatted(i), ", "));
  }

  private String olds(String row) {
    return each(journal.written().size(), i -> row + "_ko" + i, ", ");
  }

  TableKey key() {
    return key;
  }

  /** With one text[] a key column: the rows to lock. */
  String lockRows(boolean skipLocked) {
    return lockRows + lock.clause(skipLocked);
  }

  /** With one text[] a key column for the journal's rows, then one each for the rows held. */
  String restore() {
    return restore;
  }

  private static String each(int count, IntFunction<String> part, String separator) {
    return IntStream.range(0, count).mapToObj(part).collect(Collectors.joining(separator));
  }
}

package dev.sluice.backfill;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The statement that writes a chunk's rows, with their undo journal if there is one.
 *
 * <p>The rows are held by this transaction already, so the statement takes no lock of its own, and
 * its snapshot sees the newest version of each. It is bounded by the number of keys, and may run
 * twice: the guard stands in it, and a row that needs no more work stays as it is.
 *
 * @param condition which rows: the guard of the definition, or the journal's, ready for JDBC
 * @param source where new values come from beside the row itself; empty: nowhere
 */
record WriteStatement(
    Table table, TableKey key, String condition, List<Assignment> assignments, Source source) {

  /**
   * A written column and its new value.
   *
   * @param value SQL for the value, given the name of the row that holds the source's columns
   * @param given SQL, never NULL: whether the row's value is the application's, and stays; null: no
   *     row's is
   */
  record Assignment(Identifier column, UnaryOperator<String> value, @Nullable String given) {
    Assignment(Identifier column, UnaryOperator<String> value) {
      this(column, value, null);
    }
  }

  /**
   * New values that are no expressions over the row.
   *
   * @param from an item of FROM, named {@code _kv}; empty for none
   * @param join the condition that a row of it belongs to a row of the table
   * @param columns its columns, without the key's
   */
  record Source(String from, String join, List<String> columns) {
    static final Source NONE = new Source("", "TRUE", List.of());
    static final String NAME = "_kv";
  }

  WriteStatement {
    assignments = List.copyOf(assignments);
  }

  /** Writes, and keeps nothing. */
  String withoutJournal() {
    return """
        UPDATE %s
        SET %s
        %s
        WHERE %s
          AND %s
          AND (%s
          )
        """
        .formatted(
            key.table().quoted(),
            set(Source.NAME),
            source.from().isEmpty() ? "" : "FROM " + source.from(),
            source.join(),
            key.isOneOf(),
            condition);
  }

  /**
   * Writes the rows and keeps the old values of each that was written. Fails if the journal has one
   * of them.
   */
  String withJournal(JournalTable journal) {
    return journaled(journal, "TRUE", "NULL::bytea", "") + "SELECT * FROM _knew\n";
  }

  /**
   * The same for rows that may be in the journal. A row that is visited again keeps the first old
   * value of each column that still held what we wrote then; if the application has written it
   * since, or another row has the key now, that is what a rollback must give back.
   */
  String withJournalOfVisits(JournalTable journal) {
    return withJournal(journal)
        + "ON CONFLICT (%s) DO UPDATE SET %s, _kimage = excluded._kimage%s\n"
            .formatted(
                journal.keyNames(),
                firstOldValues(journal),
                ifGiven(", %1$s = excluded.%1$s".formatted(JournalTable.BORN)));
  }

  /**
   * Writes the rows whose values differ and notes all of them: the journal tells which rows are
   * done. What differs is compared by image, which every type has; as a function, because {@code
   * ROW(a) *<> ROW(b)} is taken apart into its columns. A row that differs and is not written,
   * because a trigger prevents it, is not noted: it is still to do.
   *
   * <p>Returns how many rows are noted, how many of them were written, and 0 ({@link Written}).
   */
  String withJournalAsGuard(JournalTable journal) {
    return journaled(journal, differs(), journal.image(), ",\n_knoted AS (")
        + """
        SELECT * FROM _knew
        UNION ALL
        SELECT %s, _kimage FROM _kold WHERE NOT _kdiffers
        RETURNING TRUE)
        SELECT (SELECT count(*) FROM _knoted), (SELECT count(*) FROM _knew), 0
        """
            .formatted(aliases(""));
  }

  /**
   * @param differs whether a row is to be written
   * @param oldImage of a row that is not
   * @param before what stands before the INSERT
   */
  private String journaled(JournalTable journal, String differs, String oldImage, String before) {
    return """
        WITH _kold AS MATERIALIZED (
          SELECT %s, (%s) AS _kdiffers, %s AS _kimage
          FROM %s
          WHERE %s
            AND %s
            AND (%s
            )),
        _knew AS (
          UPDATE %s
          SET %s
          FROM _kold
          WHERE %s
            AND _kold._kdiffers
          RETURNING %s, %s%s)
        %s
        INSERT INTO %s AS _kj (%s, %s, _kimage%s)
        """
        .formatted(
            selectOld(),
            differs,
            oldImage,
            source.from().isEmpty()
                ? key.table().quoted()
                : key.table().quoted() + ", " + source.from(),
            source.join(),
            key.isOneOf(),
            condition,
            key.table().quoted(),
            set("_kold"),
            sameRow(),
            aliases("_kold."),
            journal.image(),
            ifGiven(", _kold._kgiven"),
            before,
            journal.name().quoted(),
            journal.keyNames(),
            journal.writtenNames(),
            ifGiven(", " + JournalTable.BORN));
  }

  /** Where the application may have given a part of the row, the journal says so. */
  private String ifGiven(String part) {
    return given().isEmpty() ? "" : part;
  }

  private String given() {
    return assignments.stream()
        .map(Assignment::given)
        .filter(Objects::nonNull)
        .collect(Collectors.joining(" OR "));
  }

  private static String firstOldValues(JournalTable journal) {
    return journal.written().stream()
        .map(
            column ->
                "%1$s = CASE WHEN %2$s THEN _kj.%1$s ELSE excluded.%1$s END"
                    .formatted(column.quoted(), journal.imageHas("_kj", "excluded", column)))
        .collect(Collectors.joining(", "));
  }

  private String set(String sourceRow) {
    return assignments.stream()
        .map(a -> "%s = %s".formatted(a.column().quoted(), value(a, sourceRow)))
        .collect(Collectors.joining(", "));
  }

  /** Cast without its length: a value that is too long must not be cut off. */
  private String value(Assignment assignment, String sourceRow) {
    String value = assignment.value().apply(sourceRow);
    return assignment.given() == null
        ? value
        : "CASE WHEN %s THEN %s ELSE CAST(%s AS %s) END"
            .formatted(assignment.given(), column(assignment), value, type(assignment.column()));
  }

  private String selectOld() {
    List<String> columns = new ArrayList<>();
    columns.add(key.table().name().quoted() + ".ctid AS _kctid");
    for (int i = 0; i < key.width(); i++) {
      columns.add("%s AS %s".formatted(key.column(i), TableKey.alias(i)));
    }
    for (int i = 0; i < assignments.size(); i++) {
      columns.add("%s AS %s".formatted(column(assignments.get(i)), oldAlias(i)));
    }
    source.columns().forEach(name -> columns.add(Source.NAME + "." + name));
    if (!given().isEmpty()) {
      columns.add("(%s) AS _kgiven".formatted(given()));
    }
    return String.join(", ", columns);
  }

  private String column(Assignment assignment) {
    return key.table().name().quoted() + "." + assignment.column().quoted();
  }

  private static String oldAlias(int index) {
    return "_ko" + index;
  }

  private String aliases(String row) {
    List<String> aliases = new ArrayList<>();
    IntStream.range(0, key.width()).forEach(i -> aliases.add(row + TableKey.alias(i)));
    IntStream.range(0, assignments.size()).forEach(i -> aliases.add(row + oldAlias(i)));
    return String.join(", ", aliases);
  }

  /**
   * The row where it stood a moment ago, in the same snapshot, without a second search of the key's
   * index; and by its key, as partitions count their rows each from the first.
   */
  private String sameRow() {
    return IntStream.range(0, key.width())
        .mapToObj(i -> " AND %s = _kold.%s".formatted(key.column(i), TableKey.alias(i)))
        .collect(Collectors.joining("", key.table().name().quoted() + ".ctid = _kold._kctid", ""));
  }

  /** Both sides of one type, without its length: a value that is too long must not look equal. */
  private String differs() {
    String now = casts(this::column);
    String then = casts(a -> a.value().apply(Source.NAME));
    return "record_image_ne(ROW(%s), ROW(%s))".formatted(now, then);
  }

  private String casts(Function<Assignment, String> value) {
    return assignments.stream()
        .map(a -> "CAST(%s AS %s)".formatted(value.apply(a), type(a.column())))
        .collect(Collectors.joining(", "));
  }

  private String type(Identifier column) {
    return table
        .column(column)
        .orElseThrow(() -> new IllegalStateException("no column " + column))
        .unboundedType();
  }
}

package dev.sluice.sync;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows that the application is inserting: what a sync trigger, which fires before, hands over
 * to the one that fires after. {@link SyncJournal} says why.
 *
 * <p>A table of entries, {@code sluice.inserting_<id>}, which each transaction writes for itself
 * and empties again. An entry has the number of its statement, from a sequence, so that nobody
 * meets another's; a statement may set off others, and the numbers of those under way are a stack
 * in a setting of the transaction. Not logged: nobody needs an entry after its transaction, or a
 * crash.
 *
 * <p>A statement that names a partition sets off no trigger for statements. It takes the number of
 * one around it, or one that ends with the transaction; the entries of its rows that ON CONFLICT
 * did not insert stay behind then, and are removed by the next launch.
 */
public final class SyncInserts {

  /** Once a statement, before its first row. */
  public static final String BEFORE_ALL = "_sb";

  /** For each row that was inserted. */
  public static final String AFTER_EACH = "_sr";

  /** Once a statement, behind all its rows. */
  public static final String AFTER_ALL = "_se";

  private static final String FRAME = "_kframe";

  private final MigrationId id;
  private final JournalTable journal;

  public SyncInserts(MigrationId id, JournalTable journal) {
    this.id = id;
    this.journal = journal;
  }

  /** Quoted, with its schema. */
  public static String functionOf(MigrationId id) {
    return "sluice." + new Identifier("synced_" + id.value()).quoted();
  }

  public static TableName tableOf(MigrationId id) {
    return new TableName(new Identifier("sluice"), new Identifier("inserting_" + id.value()));
  }

  /**
   * What fires its function. The one for each row comes before other AFTER triggers, which may
   * already change the row.
   */
  public static Identifier triggerOf(MigrationId id, String suffix) {
    return new Identifier("00_sluice_" + id.value() + suffix);
  }

  /** Whether there is nothing to make. */
  public String areMade() {
    return "SELECT to_regclass('%s') IS NOT NULL AND to_regclass('sluice.%s') IS NOT NULL"
        .formatted(sequence(), index());
  }

  /**
   * The statements that make the table, and may run again; not needlessly, because {@code CREATE
   * INDEX IF NOT EXISTS} takes its lock before it looks, and would wait there for each transaction
   * that has inserted a row, with later ones behind it.
   */
  public List<String> tables() {
    return List.of(
        "CREATE UNLOGGED TABLE IF NOT EXISTS %s AS SELECT %s, %s, %s, %s, NULL::bigint AS %s FROM %s WITH NO DATA"
            .formatted(
                table(),
                journal.keyNames(),
                journal.writtenNames(),
                JournalTable.IMAGE,
                JournalTable.BORN,
                FRAME,
                journal.name().quoted()),
        // of its own entries alone: nobody waits there for anybody
        "CREATE UNIQUE INDEX IF NOT EXISTS %s ON %s (%s, %s)"
            .formatted(index(), table(), FRAME, journal.keyNames()),
        "CREATE SEQUENCE IF NOT EXISTS %s OWNED BY %s.%s".formatted(sequence(), table(), FRAME));
  }

  /**
   * The statement that removes entries whose transaction is over: all that another transaction
   * sees. At most 10,000, because a launch holds no lock for long; the next one goes on. Nobody
   * waits for it, as nobody meets an entry of another transaction.
   */
  public String removeLeftOver() {
    return "DELETE FROM %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s LIMIT 10000))"
        .formatted(table());
  }

  /**
   * The statement that makes the function, or makes it anew; that takes no lock on the table.
   *
   * @param settings of the sync trigger's function
   */
  public String definition(Map<String, String> settings) {
    return """
        CREATE OR REPLACE FUNCTION %s() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER
        %s
        AS $_ksync$
        #variable_conflict use_column
        DECLARE
          _kframes bigint[] := %s;
          _kentry record;
        BEGIN
          IF TG_LEVEL = 'STATEMENT' AND TG_WHEN = 'BEFORE' THEN
            %s
          ELSIF TG_LEVEL = 'STATEMENT' THEN
        %s  ELSE
        %s  END IF;
          RETURN NULL;
        END
        $_ksync$
        """
        .formatted(functionOf(id), SyncSettings.clauses(settings), frames(), push(), end(), move());
  }

  /** Behind all rows of a statement: what is left over is of rows that were not inserted. */
  private String end() {
    return """
            DELETE FROM %s WHERE %s = %s;
            PERFORM set_config('%s', CAST(_kframes[1:cardinality(_kframes) - 1] AS text), true);
        """
        .formatted(table(), FRAME, LAST, setting());
  }

  /** Of a row that was inserted. Without an image, nothing was computed in it. */
  private String move() {
    return """
            DELETE FROM %s AS _ki WHERE %s = %s AND %s RETURNING _ki.* INTO _kentry;
            IF NOT FOUND THEN
              RETURN NULL;
            ELSIF _kentry.%s IS NULL THEN
              DELETE FROM %s AS _ki WHERE %s;
            ELSE
              %s;
            END IF;
        """
        .formatted(
            table(),
            FRAME,
            LAST,
            keyOf("_ki", "NEW"),
            JournalTable.IMAGE,
            journal.name().quoted(),
            keyOf("_ki", "NEW"),
            intoTheJournal());
  }

  private String intoTheJournal() {
    List<String> others =
        Stream.concat(
                journal.written().stream().map(Identifier::quoted),
                Stream.of(JournalTable.IMAGE, JournalTable.BORN))
            .toList();
    List<String> all =
        Stream.concat(keys().stream().map(Identifier::quoted), others.stream()).toList();
    return "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s"
        .formatted(
            journal.name().quoted(),
            each(all, "%s"),
            each(all, "_kentry.%s"),
            journal.keyNames(),
            each(others, "%1$s = excluded.%1$s"));
  }

  private static String each(List<String> columns, String part) {
    return columns.stream().map(part::formatted).collect(Collectors.joining(", "));
  }

  private static final String LAST = "_kframes[cardinality(_kframes)]";

  /**
   * For the trigger that fires before: makes the entry of NEW, as of a row in which nothing was
   * computed. A partition may be written by itself, and then no trigger for the statement fires.
   *
   * <p>An entry of the key that is there already is of a row that was not inserted, or is not there
   * any more, and goes; unless that row stands in the table: then NEW will not be inserted.
   */
  String begin() {
    return """
            _kframes := %1$s;
            IF cardinality(_kframes) = 0 THEN
              %2$s
              _kframes := %1$s;
            END IF;
            DELETE FROM %3$s AS _ki
            WHERE %4$s = ANY (_kframes) AND %5$s
              AND (SELECT TRUE FROM %6$s AS _kt WHERE %7$s AND _kt.xmin = _ki.xmin) IS NULL;
            INSERT INTO %3$s (%4$s, %8$s, %9$s) VALUES (%10$s, %11$s, %12$s)
            ON CONFLICT DO NOTHING;
            _kentered := FOUND;
        """
        .formatted(
            frames(),
            push(),
            table(),
            FRAME,
            keyOf("_ki", "NEW"),
            journal.key().table().quoted(),
            keyOf("_kt", "NEW"),
            journal.keyNames(),
            journal.writtenNames(),
            LAST,
            SyncConditions.of("NEW", keys()),
            SyncConditions.of("NEW", journal.written()));
  }

  /** For the same: something was computed. */
  String compute(String image, String born) {
    return "IF _kentered THEN UPDATE %s AS _ki SET %s = %s, %s = %s WHERE %s = %s AND %s; END IF;"
        .formatted(
            table(),
            JournalTable.IMAGE,
            image,
            JournalTable.BORN,
            born,
            FRAME,
            LAST,
            keyOf("_ki", "NEW"));
  }

  /** The same of an UPDATE that meets a row before its AFTER trigger has fired. */
  String update(String assignments) {
    return """
        _kframes := %s;
        IF cardinality(_kframes) > 0 THEN
          UPDATE %s AS _kj SET %s WHERE %s = ANY (_kframes) AND %s;
        END IF;
        """
        .formatted(frames(), table(), assignments, FRAME, keyOf("_kj", "OLD"));
  }

  private String frames() {
    return "CAST(coalesce(nullif(current_setting('%s', true), ''), '{}') AS bigint[])"
        .formatted(setting());
  }

  private String push() {
    return "PERFORM set_config('%s', CAST(_kframes || nextval('%s') AS text), true);"
        .formatted(setting(), sequence());
  }

  private String setting() {
    return "sluice.inserting_" + id.value();
  }

  private String index() {
    return new Identifier("inserting_" + id.value() + "_i").quoted();
  }

  private String sequence() {
    return "sluice." + new Identifier("inserting_" + id.value() + "_n").quoted();
  }

  private String table() {
    return tableOf(id).quoted();
  }

  private List<Identifier> keys() {
    return journal.key().columns().stream().map(Table.Column::name).toList();
  }

  private String keyOf(String one, String other) {
    return journal.keyIs(one, i -> other + "." + keys().get(i).quoted());
  }
}

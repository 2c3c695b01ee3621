package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.ColumnDefault;
import dev.sluice.postgres.Table;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The function behind the capture trigger: appends a row's key to the log, or does nothing.
 *
 * <p>It runs inside the application's statements. It only appends, so that no transaction of the
 * application waits for another one here; it evaluates nothing of the definition, so that no error
 * of that is the application's.
 *
 * <p>An entry that is due says: compute this row anew, a source of it has changed. One that is not
 * due says: look whether it is under the guard. The application's own write of a target appends
 * only where an older entry waits, which it thereby calls off, or where it empties the target: that
 * may have brought the row back under the guard, far behind every cursor.
 *
 * <p>Our own chunk's statement is known by its session's setting and because it stands at depth 1:
 * what the table's other triggers do inside our chunk is deeper, and the application's. A trigger
 * that changes a source of the very row that we write makes that row due again.
 */
final class CaptureFunction {

  private final JdbcOperations jdbc;
  private final MigrationId id;
  private final CaptureTable log;
  private final Table table;
  private final CapturedColumns columns;

  CaptureFunction(
      JdbcOperations jdbc, MigrationId id, CaptureTable log, Table table, CapturedColumns columns) {
    this.jdbc = jdbc;
    this.id = id;
    this.log = log;
    this.table = table;
    this.columns = columns;
  }

  /** Quoted, with its schema. */
  static String nameOf(MigrationId id) {
    return "sluice." + new Identifier("capture_" + id.value()).quoted();
  }

  /**
   * The statement that makes it, or makes it anew; that takes no lock on the table.
   *
   * <p>Needs a transaction, and leaves its search path empty for what follows there: in the
   * function names must be qualified as there.
   */
  String definition() {
    jdbc.execute("SET LOCAL search_path = pg_catalog, pg_temp");
    return """
        CREATE OR REPLACE FUNCTION %s() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, %spg_temp
        SET enable_seqscan = off -- a session may have planned while the log was empty
        AS $sluice$
        DECLARE
          _kchanged boolean;
          _kwrote boolean;
          _kmoved boolean;
          _kentry boolean;
          _kours CONSTANT boolean NOT NULL :=
            coalesce(current_setting('sluice.migration', true) = '%s', FALSE)
            AND pg_trigger_depth() = 1;
        BEGIN
          IF TG_OP = 'INSERT' THEN
            IF _kours THEN
              RETURN NEW;
            END IF;
        %s  ELSE
            _kchanged := %s;
            _kwrote := %s AND NOT _kours;
            _kmoved := %s;
            IF _kours AND NOT (%s) THEN
              RETURN NEW;
            END IF;
        %s  END IF;
          INSERT INTO %s (%s, %s) VALUES (%s, _kentry);
          RETURN NEW;
        END
        $sluice$
        """
        .formatted(
            nameOf(id),
            log.key().typeSchemas(jdbc),
            id.value(),
            columns.inPlace() ? "    _kentry := FALSE;\n" : inserted(),
            differ(columns.sources()),
            differ(columns.written()),
            differ(log.key().columns().stream().map(Table.Column::name).toList()),
            // in place our own write changes a source, and leaves the guard
            columns.inPlace() ? "_kmoved" : "_kchanged OR _kmoved",
            columns.inPlace() ? updatedInPlace() : updated(),
            log.name().quoted(),
            log.keyNames(),
            CaptureTable.DUE,
            log.each(", ", "NEW."::concat));
  }

  /**
   * A row that lacks a value is captured; due only if it lacks all: what the application gave
   * itself stays. One that moves to another partition comes as an insert too, and leaves an older
   * entry as it is.
   */
  private String inserted() {
    String carried = isPartitioned() ? "OR coalesce((%s), FALSE)".formatted(last("NEW")) : "";
    return """
            IF %s THEN
              _kentry := %s %s;
            ELSE
        %s    END IF;
        """
        .formatted(
            empty(" OR "),
            empty(" AND "),
            carried,
            isPartitioned() ? "      RETURN NEW;\n" : callOff("NEW"));
  }

  /**
   * An own write calls off what is due; one that takes a value away appends as well. A row that
   * takes another key takes its entry along, and calls off that of a row which had the key before.
   */
  private String updated() {
    return """
            IF _kchanged AND NOT _kwrote THEN
              _kentry := TRUE;
            ELSIF _kwrote AND (%s) THEN
              _kentry := FALSE;
            ELSIF _kwrote OR _kmoved THEN
              _kentry := (%s);
              IF _kmoved THEN
                IF _kentry IS NULL AND NOT EXISTS (%s) THEN
                  RETURN NEW;
                END IF;
                _kentry := coalesce(_kentry AND NOT _kwrote, FALSE);
              ELSIF _kentry THEN
                _kentry := FALSE;
              ELSE
                RETURN NEW;
              END IF;
            ELSE
              RETURN NEW;
            END IF;
        """
        .formatted(emptied(), last("OLD"), any("NEW"));
  }

  /** A written column that had a value has lost it. */
  private String emptied() {
    List<ColumnDefault> defaults = ColumnDefault.of(jdbc, table.oid(), columns.written());
    return columns.written().stream()
        .map(column -> "%s AND %s".formatted(differ(List.of(column)), empty(column, defaults)))
        .collect(Collectors.joining(" OR "));
  }

  /** What is due by the guard only stays so, whoever wrote it. */
  private String updatedInPlace() {
    return """
            IF NOT (_kchanged OR _kwrote OR _kmoved AND EXISTS (%s)) THEN
              RETURN NEW;
            END IF;
            _kentry := FALSE;
        """
        .formatted(any("OLD"));
  }

  /** Nothing, unless an entry waits for another row that had this key before. */
  private String callOff(String row) {
    return """
              IF NOT EXISTS (%s) THEN
                RETURN NEW;
              END IF;
              _kentry := FALSE;
        """
        .formatted(any(row));
  }

  private String last(String row) {
    return "SELECT _kl.%s FROM %s AS _kl WHERE %s ORDER BY _kl.%s DESC LIMIT 1"
        .formatted(CaptureTable.DUE, log.name().quoted(), keyIs(row), CaptureTable.SEQ);
  }

  private String any(String row) {
    return "SELECT FROM %s AS _kl WHERE %s".formatted(log.name().quoted(), keyIs(row));
  }

  private String keyIs(String row) {
    return log.each(" AND ", name -> "_kl.%s = %s.%s".formatted(name, row, name));
  }

  private boolean isPartitioned() {
    return table.kind() == 'p';
  }

  /** By image, which every type has. */
  private static String differ(List<Identifier> columns) {
    return columns.isEmpty()
        ? "FALSE"
        : "record_image_ne(ROW(%s), ROW(%s))"
            .formatted(each(columns, "OLD."::concat), each(columns, "NEW."::concat));
  }

  private static String each(List<Identifier> columns, UnaryOperator<String> part) {
    return columns.stream()
        .map(column -> part.apply(column.quoted()))
        .collect(Collectors.joining(", "));
  }

  /** NULL, or the default of this moment: the application did not give it. */
  private String empty(String separator) {
    List<ColumnDefault> defaults = ColumnDefault.of(jdbc, table.oid(), columns.written());
    return columns.written().stream()
        .map(column -> empty(column, defaults))
        .collect(Collectors.joining(separator));
  }

  private static String empty(Identifier column, List<ColumnDefault> defaults) {
    String value = "NEW." + column.quoted();
    return defaults.stream()
        .filter(found -> found.column().equals(column))
        .findFirst()
        .map(
            found ->
                "(%1$s IS NULL OR record_image_eq(ROW(%1$s), ROW(%2$s)))"
                    .formatted(value, found.value()))
        .orElse(value + " IS NULL");
  }
}

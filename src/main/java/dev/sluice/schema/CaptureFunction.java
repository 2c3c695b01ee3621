package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Table;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The function behind the capture trigger: appends a row's key to the log, or does nothing.
 *
 * <p>It runs inside the application's statements. It only appends, so that no transaction of the
 * application waits for another one here; it evaluates nothing of the definition, so that no error
 * of that is the application's.
 *
 * <p>An entry that is due says: compute this row anew, a source of it has changed. One that is not
 * due says: look whether it is under the guard. What a change asks for is in {@link CaptureCases},
 * and what becomes of that where a later change of the row was captured before it in {@link
 * CaptureOrder}.
 *
 * <p>Our own chunk's statement is known by its session's setting and because it stands at depth 1:
 * what the table's other triggers do inside our chunk is deeper, and the application's. A trigger
 * that changes a source of the very row that we write makes that row due again.
 */
final class CaptureFunction {

  private final JdbcOperations jdbc;
  private final MigrationId id;
  private final CaptureTable log;
  private final CapturedColumns columns;
  private final CaptureCases cases;
  private final CaptureOrder order;

  CaptureFunction(
      JdbcOperations jdbc, MigrationId id, CaptureTable log, Table table, CapturedColumns columns) {
    this.jdbc = jdbc;
    this.id = id;
    this.log = log;
    this.columns = columns;
    this.cases = new CaptureCases(jdbc, log, table, columns);
    this.order = new CaptureOrder(log, table, columns);
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
        %sBEGIN
          IF TG_OP = 'INSERT' THEN
        %s  ELSE
        %s  END IF;
        %s%sEND
        $sluice$
        """
        .formatted(
            nameOf(id),
            log.key().typeSchemas(jdbc),
            variables(),
            inserted(),
            updated(),
            order.settled(),
            append());
  }

  private String variables() {
    return """
        DECLARE
          _kchanged boolean;
          _kwrote boolean;
          _kmoved boolean;
          _kcarried boolean;
          _kentry boolean := FALSE; -- whether it is due
          _kneeded boolean := TRUE; -- else it is appended only where it calls off one that is due
          _klater tid;
          _kfound bigint;
          _know record; -- the row as it is by now
          _kours CONSTANT boolean NOT NULL :=
            coalesce(current_setting('sluice.migration', true) = '%s', FALSE)
            AND pg_trigger_depth() = 1;
        """
        .formatted(id.value());
  }

  private String inserted() {
    return """
            IF _kours THEN
              RETURN NEW;
            END IF;
        %s%s"""
        .formatted(order.arrived(), cases.inserted());
  }

  private String updated() {
    List<Identifier> key = log.key().columns().stream().map(Table.Column::name).toList();
    return """
            _kchanged := %s;
            _kwrote := %s AND NOT _kours;
            _kmoved := %s;
            IF _kours AND NOT (%s) THEN
              RETURN NEW;
            END IF;
        %s"""
        .formatted(
            CapturedColumns.differ(columns.sources(), "OLD", "NEW"),
            CapturedColumns.differ(columns.written(), "OLD", "NEW"),
            CapturedColumns.differ(key, "OLD", "NEW"),
            // in place our own write changes a source, and leaves the guard
            columns.inPlace() ? "_kmoved" : "_kchanged OR _kmoved",
            cases.updated());
  }

  private String append() {
    return """
          IF NOT _kneeded AND (%s) IS NOT TRUE THEN
            RETURN NEW;
          END IF;
          INSERT INTO %s (%s, %s) VALUES (%s, _kentry);
          RETURN NEW;
        """
        .formatted(
            log.lastIsDue("_know"),
            log.name().quoted(),
            log.keyNames(),
            CaptureTable.DUE,
            log.each(", ", "_know."::concat));
  }
}

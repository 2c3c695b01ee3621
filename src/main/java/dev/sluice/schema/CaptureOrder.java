package dev.sluice.schema;

import dev.sluice.postgres.Table;
import dev.sluice.sync.CaptureTable;

/**
 * Which of two changes of a row is the later one, as statements of {@link CaptureFunction}.
 *
 * <p>An AFTER trigger of the application may change the row again before the capture trigger fires
 * for what it was fired by, under every name that ours could have: the statement may have changed
 * more rows, and one's trigger another one. So the entries of the later change may be in the log
 * already. What tells is the row's version: xmax is 0 until something holds, changes or deletes it.
 */
final class CaptureOrder {

  private final CaptureTable log;
  private final Table table;
  private final CapturedColumns columns;

  CaptureOrder(CaptureTable log, Table table, CapturedColumns columns) {
    this.log = log;
    this.table = table;
    this.columns = columns;
  }

  /**
   * Lets the later change decide, and finds the row where it is by now, under a third key perhaps.
   * Of a row that is gone nothing is to be noted.
   *
   * <p>A due entry gives way to a target that was written since, and one that is not due to a
   * source that was changed since: either has logged that by itself, if something is due.
   *
   * <p>{@code currtid2} follows the versions of a row, and asks for the right to read its table;
   * the owner of a partition may have kept that. A row that went to another partition has come
   * there as an INSERT.
   */
  String settled() {
    return """
          _know := NEW;
          IF TG_WHEN = 'AFTER' AND NEW.xmax <> '0'::xid AND has_table_privilege(TG_RELID, 'SELECT') THEN
            _klater := currtid2(TG_RELID::regclass::text, NEW.ctid);
            EXECUTE format('SELECT * FROM ONLY %%s WHERE ctid = $1', TG_RELID::regclass)
              INTO _know USING _klater;
            GET DIAGNOSTICS _kfound = ROW_COUNT;
            IF _kfound = 0 THEN
              RETURN NEW;
            END IF;
            _kchanged := %s;
            _kwrote := %s;
            IF (CASE WHEN _kentry THEN _kwrote ELSE _kchanged END) AND (%s) THEN
              RETURN NEW;
            END IF;
            _kentry := _kentry AND NOT _kwrote;
          END IF;
        """
        .formatted(
            CapturedColumns.differ(columns.sources(), "NEW", "_know"),
            CapturedColumns.differ(columns.written(), "NEW", "_know"),
            log.lastIsDue("_know"));
  }

  /**
   * A row that moves to another partition comes as an INSERT, after its BEFORE UPDATE has noted
   * what it takes along. That entry is of the same command as the row; one that waits for a row
   * which had the key before is of an earlier one, or of another transaction.
   */
  String arrived() {
    return table.kind() != 'p'
        ? ""
        : """
            IF EXISTS (SELECT FROM (%s) AS _kl
                       WHERE _kl.%s AND _kl._kxmin = NEW.xmin
                         AND (NEW.xmax <> '0'::xid -- the command's number is no longer there
                              OR _kl._kcmin::text::bigint > NEW.cmin::text::bigint)) THEN
              RETURN NEW;
            END IF;
        """
            .formatted(
                log.last(
                    "_kl.%s, _kl.xmin AS _kxmin, _kl.cmin AS _kcmin".formatted(CaptureTable.DUE),
                    "NEW"),
                CaptureTable.DUE);
  }
}

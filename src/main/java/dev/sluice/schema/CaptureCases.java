package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.ColumnDefault;
import dev.sluice.postgres.Table;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Which entry each change of a row asks for, as statements of {@link CaptureFunction}: they set
 * whether it is due and whether it is needed, or return.
 *
 * <p>The application's own write of a target needs an entry where it empties the target: that may
 * have brought the row back under the guard, far behind every cursor. Else it only calls off what
 * waits.
 */
final class CaptureCases {

  private final JdbcOperations jdbc;
  private final CaptureTable log;
  private final Table table;
  private final CapturedColumns columns;

  CaptureCases(JdbcOperations jdbc, CaptureTable log, Table table, CapturedColumns columns) {
    this.jdbc = jdbc;
    this.log = log;
    this.table = table;
    this.columns = columns;
  }

  /**
   * A row that lacks a value is captured; due only if it lacks all: what the application gave
   * itself stays. One that lacks none calls off what waits for another row that had its key before.
   * In place only the guard can tell.
   */
  String inserted() {
    return columns.inPlace()
        ? ""
        : """
            _kentry := %s;
            _kneeded := %s;
        """
            .formatted(empty(" AND "), empty(" OR "));
  }

  String updated() {
    return columns.inPlace() ? updatedInPlace() : updatedAside();
  }

  /**
   * An own write calls off what is due; one that takes a value away appends as well. A row that
   * takes another key takes its entry along, and calls off that of a row which had the key before.
   */
  private String updatedAside() {
    return """
            IF _kchanged AND NOT _kwrote THEN
              _kentry := TRUE;
            ELSIF _kwrote AND (%s) THEN
              NULL; -- not due, and needed
            ELSIF _kwrote OR _kmoved THEN
              _kcarried := (%s);
              _kentry := coalesce(_kcarried AND _kmoved AND NOT _kwrote, FALSE);
              _kneeded := _kmoved AND _kcarried IS NOT NULL;
            ELSE
              RETURN NEW;
            END IF;
        """
        .formatted(emptied(), log.lastIsDue("OLD"));
  }

  /** What is due by the guard only stays so, whoever wrote it. */
  private String updatedInPlace() {
    return """
            IF NOT (_kchanged OR _kwrote OR _kmoved AND (%s) IS NOT NULL) THEN
              RETURN NEW;
            END IF;
        """
        .formatted(log.lastIsDue("OLD"));
  }

  /** A written column that had a value has lost it. */
  private String emptied() {
    List<ColumnDefault> defaults = ColumnDefault.of(jdbc, table.oid(), columns.written());
    return columns.written().stream()
        .map(
            column ->
                "%s AND %s"
                    .formatted(
                        CapturedColumns.differ(List.of(column), "OLD", "NEW"),
                        empty(column, defaults)))
        .collect(Collectors.joining(" OR "));
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

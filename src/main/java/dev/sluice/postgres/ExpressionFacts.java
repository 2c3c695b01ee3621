package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * What an expression over a table's row depends on, as PostgreSQL's own parser sees it.
 *
 * <p>Read from a temporary view on the expression: the server records the columns and tables that a
 * view refers to, and keeps its parse tree, which names every function by its identity.
 *
 * @param sourceColumns columns of the table; all of them if it takes the whole row
 * @param otherTables schema-qualified, other tables and views that sub-selects read
 * @param volatileFunctions with their signature: two calls may differ
 * @param sessionFunctions stable within a statement, different in the next transaction or session:
 *     {@code now()}, {@code CURRENT_USER}
 * @param readsOtherRows whether a sub-select reads the table once more
 * @param ofTheRowAlone computed by PostgreSQL's own functions from {@code sourceColumns} and
 *     nothing else that an update of the row could change: no sub-select, no system column, no
 *     function of a user or an extension
 */
public record ExpressionFacts(
    List<Identifier> sourceColumns,
    List<TableName> otherTables,
    List<String> volatileFunctions,
    List<String> sessionFunctions,
    boolean readsOtherRows,
    boolean ofTheRowAlone) {

  public ExpressionFacts {
    sourceColumns = List.copyOf(sourceColumns);
    otherTables = List.copyOf(otherTables);
    volatileFunctions = List.copyOf(volatileFunctions);
    sessionFunctions = List.copyOf(sessionFunctions);
  }

  /**
   * Needs the TEMPORARY privilege on the database. Takes ACCESS SHARE on the tables of the
   * expression.
   *
   * @param jdbc of one connection, in a transaction that the caller rolls back: the view goes then
   * @throws org.springframework.dao.DataAccessException if the expression is wrong
   */
  public static ExpressionFacts read(JdbcOperations jdbc, TableName table, String expression) {
    // IS NULL: a view's column must have a type, and a row or an untyped text is an expression too
    jdbc.execute(
        """
        CREATE TEMPORARY VIEW _k_expression AS
        SELECT (
          %s
          ) IS NULL AS _k1
        FROM %s
        """
            .formatted(UserSql.forJdbc(expression), table.quoted()));
    return new ExpressionFacts(
        sourceColumns(jdbc, table),
        otherTables(jdbc, table),
        volatileFunctions(jdbc),
        sessionFunctions(jdbc),
        readsOtherRows(jdbc, table),
        isOfTheRowAlone(jdbc));
  }

  private static List<Identifier> sourceColumns(JdbcOperations jdbc, TableName table) {
    // a whole row (varattno 0) leaves no dependency on its columns
    return jdbc.query(
        """
        SELECT a.attname
        FROM pg_rewrite r
        JOIN pg_attribute a ON a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
        WHERE r.ev_class = 'pg_temp._k_expression'::regclass
          AND (r.ev_action::text LIKE '%:varattno 0 %'
               OR EXISTS (SELECT FROM pg_depend d
                          WHERE d.classid = 'pg_rewrite'::regclass
                            AND d.objid = r.oid
                            AND d.refclassid = 'pg_class'::regclass
                            AND d.refobjid = a.attrelid
                            AND d.refobjsubid = a.attnum))
        ORDER BY a.attnum
        """,
        (rs, row) -> new Identifier(rs.getString("attname")), table.quoted());
  }

  private static List<TableName> otherTables(JdbcOperations jdbc, TableName table) {
    return jdbc.query(
        """
        SELECT DISTINCT n.nspname, c.relname
        FROM pg_rewrite r
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.ev_class = 'pg_temp._k_expression'::regclass
          AND c.oid NOT IN (r.ev_class, to_regclass(?))
          AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        ORDER BY 1, 2
        """,
        (rs, row) ->
            new TableName(
                new Identifier(rs.getString("nspname")), new Identifier(rs.getString("relname"))),
        table.quoted());
  }

  private static List<String> volatileFunctions(JdbcOperations jdbc) {
    return jdbc.queryForList(
        """
        SELECT DISTINCT p.oid::regprocedure::text
        FROM pg_rewrite r
        CROSS JOIN LATERAL regexp_matches(
          r.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\\d+)', 'g') AS found(oids)
        JOIN pg_proc p ON p.oid = found.oids[1]::oid
        WHERE r.ev_class = 'pg_temp._k_expression'::regclass
          AND p.provolatile = 'v'
        ORDER BY 1
        """,
        String.class);
  }

  private static List<String> sessionFunctions(JdbcOperations jdbc) {
    // CURRENT_DATE, CURRENT_TIMESTAMP, CURRENT_USER and their like are no functions but a node
    return jdbc.queryForList(
        """
        SELECT DISTINCT p.oid::regprocedure::text
        FROM pg_rewrite r
        CROSS JOIN LATERAL regexp_matches(r.ev_action::text, ':funcid (\\d+)', 'g') AS found(oids)
        JOIN pg_proc p ON p.oid = found.oids[1]::oid
        WHERE r.ev_class = 'pg_temp._k_expression'::regclass
          AND p.pronamespace = 'pg_catalog'::regnamespace
          AND p.provolatile = 's'
          AND (p.proname IN ('now', 'transaction_timestamp', 'statement_timestamp', 'txid_current',
                 'pg_current_xact_id', 'pg_backend_pid', 'current_setting', 'current_query',
                 'inet_client_addr', 'inet_client_port')
               OR p.proname = 'age' AND p.pronargs = 1)
        UNION
        SELECT 'CURRENT_DATE, CURRENT_TIMESTAMP, CURRENT_USER or the like'
        FROM pg_rewrite r
        WHERE r.ev_class = 'pg_temp._k_expression'::regclass
          AND r.ev_action::text LIKE '%{SQLVALUEFUNCTION %'
        ORDER BY 1
        """,
        String.class);
  }

  private static boolean readsOtherRows(JdbcOperations jdbc, TableName table) {
    // once is the row itself; dependencies do not tell a second reading from the first
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT count(*) > 1
            FROM pg_rewrite r
            CROSS JOIN LATERAL regexp_matches(
              r.ev_action::text, ':rtekind 0 :relid (\\d+)', 'g') AS found(oids)
            WHERE r.ev_class = 'pg_temp._k_expression'::regclass
              AND found.oids[1]::oid = to_regclass(?)
            """,
            Boolean.class,
            table.quoted()));
  }

  private static boolean isOfTheRowAlone(JdbcOperations jdbc) {
    // table_to_xml and its like take tables by name, and are not volatile
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT r.ev_action::text NOT LIKE '%{SUBLINK %'
               AND NOT EXISTS (SELECT FROM pg_depend d
                               WHERE d.classid = 'pg_rewrite'::regclass
                                 AND d.objid = r.oid
                                 AND d.refclassid = 'pg_class'::regclass
                                 AND d.refobjsubid < 0)
               AND NOT EXISTS (SELECT
                               FROM regexp_matches(
                                 r.ev_action::text, ':(?:funcid|opfuncid) (\\d+)', 'g') AS found(oids)
                               JOIN pg_proc p ON p.oid = found.oids[1]::oid
                               WHERE p.provolatile = 'v'
                                  OR p.pronamespace <> 'pg_catalog'::regnamespace
                                  OR p.proname LIKE '%to!_xml%' ESCAPE '!')
            FROM pg_rewrite r
            WHERE r.ev_class = 'pg_temp._k_expression'::regclass
            """,
            Boolean.class));
  }

  /** Whether evaluating it again over the same data gives the same value. */
  public boolean isRepeatable() {
    return volatileFunctions.isEmpty() && sessionFunctions.isEmpty();
  }
}

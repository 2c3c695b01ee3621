package dev.sluice.schema;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Names the sessions that stand in a statement's way.
 *
 * <p>It looks after the attempt, when the statement waits no longer: at the locks on everything
 * that the statement names, of those modes that it conflicts with.
 */
final class Blockers {

  /** Who it was has gone by now, or it was not for a lock that the attempt failed. */
  static final String NOBODY = "none left";

  /** How it is named, having no application's name. */
  private static final String AUTOVACUUM = ",autovacuum worker,";

  private static final int SESSIONS_MAX = 5;

  /** More names than any statement needs; a function's text may have thousands. */
  private static final int NAMES_MAX = 100;

  private static final List<String> READS = List.of("AccessShareLock", "RowShareLock");
  private static final List<String> READS_AND_WRITES =
      List.of("AccessShareLock", "RowShareLock", "RowExclusiveLock");

  private final JdbcOperations jdbc;

  Blockers(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /** {@code pid,application,since}, separated by semicolons, the longest transaction first. */
  String of(Step step) {
    try {
      List<String> sessions = sessions(step);
      return sessions.isEmpty() ? NOBODY : String.join("; ", sessions);
    } catch (DataAccessException e) {
      return "unknown"; // the server may be the very thing that failed
    }
  }

  /** Whether one is among them: it gives way to who waits for longer. */
  static boolean hasAutovacuum(String blockers) {
    return blockers.contains(AUTOVACUUM);
  }

  private List<String> sessions(Step step) {
    ScriptStatement statement = StatementSplitter.split(step.sql()).get(0);
    String names = String.join("\n", names(statement));
    // reads views of the server's memory: no lock on any table
    return jdbc.query(
        """
        SELECT concat_ws(',', a.pid, coalesce(nullif(a.application_name, ''), a.backend_type, 'unnamed'),
                 coalesce(to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'unknown'))
        FROM pg_stat_activity a
        WHERE a.pid <> pg_backend_pid()
          AND a.datname = current_database()
          AND ((? AND a.backend_xmin IS NOT NULL)
               OR EXISTS (SELECT
                          FROM pg_locks l
                          WHERE l.pid = a.pid
                            AND l.granted
                            AND l.locktype = 'relation'
                            AND l.database = a.datid
                            AND l.mode <> ALL (string_to_array(?, ','))
                            AND l.relation = ANY (ARRAY(
                              WITH named AS (SELECT to_regclass(name) AS relation
                                             FROM unnest(string_to_array(?, chr(10))) AS name)
                              SELECT relation::oid FROM named
                              UNION ALL -- a function takes its triggers along
                              SELECT t.tgrelid
                              FROM unnest(string_to_array(?, chr(10))) AS name
                              JOIN pg_trigger t ON t.tgfoid = to_regprocedure(name || '()')
                              UNION ALL -- a lock on a partitioned table is one on each partition
                              SELECT tree.relid::oid FROM named, pg_partition_tree(relation) AS tree))))
        ORDER BY a.xact_start
        LIMIT ?
        """,
        (rs, row) -> rs.getString(1),
        waitsForSnapshots(step),
        String.join(",", harmless(statement, step.isolation())),
        names,
        names,
        SESSIONS_MAX);
  }

  /** What is done CONCURRENTLY waits for transactions that have not even touched the table. */
  private static boolean waitsForSnapshots(Step step) {
    return step.isolation() == Isolation.OUTSIDE && PartitionedForeignKey.of(step).isEmpty();
  }

  /** Lock modes that the statement does not conflict with. */
  private static List<String> harmless(ScriptStatement statement, Isolation isolation) {
    SqlCursor cursor = SqlCursor.of(statement);
    boolean trigger = cursor.sees("CREATE") && cursor.has("TRIGGER");
    boolean foreignKey = cursor.sees("ALTER", "TABLE") && cursor.has("FOREIGN", "KEY");
    if (isolation != Isolation.TOGETHER && !foreignKey) {
      return READS_AND_WRITES; // SHARE UPDATE EXCLUSIVE
    }
    return trigger || foreignKey ? READS : List.of();
  }

  private static void addNames(ScriptStatement statement, Set<String> names) {
    SqlCursor cursor = SqlCursor.of(statement);
    while (!cursor.atEnd()) {
      Optional<String> name = cursor.name();
      name.filter(n -> SqlNames.table(n).isPresent()).ifPresent(names::add);
      if (name.isEmpty()) {
        cursor.skipToken();
      }
    }
  }

  /** Whatever could be the name of a table or an index; {@code to_regclass} knows which are. */
  private static Set<String> names(ScriptStatement statement) {
    Set<String> names = new LinkedHashSet<>();
    addNames(statement, names);
    DoBlock.of(statement).ifPresent(block -> block.statements().forEach(s -> addNames(s, names)));
    return names.stream().limit(NAMES_MAX).collect(Collectors.toCollection(LinkedHashSet::new));
  }
}

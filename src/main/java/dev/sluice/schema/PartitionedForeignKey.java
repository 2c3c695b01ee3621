package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * {@code ALTER TABLE parent ADD CONSTRAINT name FOREIGN KEY … NOT VALID} on a server older than 18,
 * which takes NOT VALID on a table but not on the parent of partitions.
 *
 * <p>Each partition gets the key NOT VALID and is validated; the parent then takes over what its
 * partitions have, without a scan. Each statement is a transaction of its own, and what is there is
 * left out, so a restart goes on behind it.
 *
 * @param name of the constraint, as it is written
 * @param definition without NOT VALID
 */
record PartitionedForeignKey(AlterTable table, String name, String definition) {
  private static final Logger log = LoggerFactory.getLogger(PartitionedForeignKey.class);

  private static final int NOT_VALID_ON_PARENTS_SINCE = 180000;

  /**
   * What the parent's partitions lack.
   *
   * @param partition schema-qualified, quoted
   * @param there whether it has the key, valid or not
   */
  private record Leaf(String partition, boolean there, boolean valid) {}

  /** Empty: the step is another one. */
  static Optional<PartitionedForeignKey> of(Step step) {
    return AlterTable.of(StatementSplitter.split(step.sql()).get(0))
        .filter(table -> table.actions().size() == 1)
        .flatMap(PartitionedForeignKey::of);
  }

  private static Optional<PartitionedForeignKey> of(AlterTable table) {
    return NewConstraint.of(table.actions().get(0))
        .filter(added -> added.kind() == NewConstraint.Kind.FOREIGN_KEY)
        .filter(added -> added.name() != null && added.endsInNotValid())
        .map(
            added ->
                new PartitionedForeignKey(
                    table, added.nameOn(table.table()), added.withoutNotValid()));
  }

  /** The units as this server must be asked for them. How many steps there are stays the same. */
  static List<Unit> adapt(List<Unit> units, JdbcOperations jdbc) {
    return units.stream().map(unit -> adapt(unit, jdbc)).toList();
  }

  private static Unit adapt(Unit unit, JdbcOperations jdbc) {
    Step step = unit.steps().get(0);
    boolean wanted =
        unit.steps().size() == 1 && of(step).filter(key -> key.isRefusedBy(jdbc)).isPresent();
    return wanted
        ? new Unit(unit.first(), List.of(new Step(step.line(), step.sql(), Isolation.OUTSIDE)))
        : unit;
  }

  private boolean isRefusedBy(JdbcOperations jdbc) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT current_setting('server_version_num')::int < ?
               AND EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(?) AND relkind = 'p')
            """,
            Boolean.class,
            NOT_VALID_ON_PARENTS_SINCE,
            table.table()));
  }

  /**
   * Adding takes SHARE ROW EXCLUSIVE on one partition and on the table referred to, and scans
   * nothing; validating takes SHARE UPDATE EXCLUSIVE and scans. Only a partition that is attached
   * in between is scanned under the parent's lock, within {@code statementTimeout}.
   *
   * @param session one connection that commits by itself, with a {@code lock_timeout}
   */
  void run(JdbcOperations session, Duration statementTimeout) {
    for (Leaf leaf : leaves(session)) {
      if (!leaf.there()) {
        run(session, leaf, "ADD CONSTRAINT " + name + " " + definition + " NOT VALID");
      }
      if (!leaf.valid()) {
        run(session, leaf, "VALIDATE CONSTRAINT " + name);
      }
    }
    if (!onParent(session)) {
      session.queryForObject(
          "SELECT set_config('statement_timeout', ?, false)",
          String.class,
          statementTimeout.toMillis() + "ms");
      PlainSql.execute(session, table.with("ADD CONSTRAINT " + name + " " + definition));
    }
  }

  private static void run(JdbcOperations session, Leaf leaf, String action) {
    log.info("schema.partition name={} action={}", leaf.partition(), action);
    PlainSql.execute(session, "ALTER TABLE " + leaf.partition() + " " + action);
  }

  /** No lock on any table of the user. */
  private List<Leaf> leaves(JdbcOperations session) {
    return session.query(
        """
        SELECT n.nspname, c.relname, k.oid IS NOT NULL AS there, coalesce(k.convalidated, false) AS valid
        FROM pg_partition_tree(to_regclass(?)) tree
        JOIN pg_class c ON c.oid = tree.relid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.conname = ?
        WHERE tree.isleaf
          AND c.relkind <> 'p'
        ORDER BY n.nspname, c.relname
        """,
        (rs, row) ->
            new Leaf(
                new Identifier(rs.getString("nspname")).quoted()
                    + "."
                    + new Identifier(rs.getString("relname")).quoted(),
                rs.getBoolean("there"),
                rs.getBoolean("valid")),
        table.table(),
        SqlNames.bare(name));
  }

  private boolean onParent(JdbcOperations session) {
    return Boolean.TRUE.equals(
        session.queryForObject(
            """
            SELECT EXISTS (SELECT FROM pg_constraint
                           WHERE conrelid = to_regclass(?) AND contype = 'f' AND conname = ?)
            """,
            Boolean.class,
            table.table(),
            SqlNames.bare(name)));
  }
}

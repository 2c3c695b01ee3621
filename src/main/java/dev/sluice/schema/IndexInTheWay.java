package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Puts an index of somebody else's out of the way of one that a script builds under its name, and
 * back when the script's down has run. It is never dropped.
 *
 * <p>Its comment says which name it had and for which script it gave way: in the database, with the
 * index, where a restart and a person who wonders about {@code …_old} both find it. The comment
 * that it had before stands behind.
 */
final class IndexInTheWay {
  private static final Logger log = LoggerFactory.getLogger(IndexInTheWay.class);

  /** Begins such a comment; then the migration and the script, a line end, the index's name. */
  private static final String MARK = "sluice: renamed for ";

  /**
   * @param schema that it is in
   * @param constraint that it belongs to; null: none
   * @param comment null: none
   */
  private record Index(
      Identifier schema, Identifier name, @Nullable String constraint, @Nullable String comment) {
    String quoted(Identifier other) {
      return schema.quoted() + "." + other.quoted();
    }
  }

  private final JdbcOperations jdbc;

  /**
   * @param jdbc in a transaction: name and comment change together
   */
  IndexInTheWay(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Takes SHARE UPDATE EXCLUSIVE on the index: readers and writers go on. Does not happen twice:
   * the name is free then.
   *
   * @param owner migration and script
   */
  void rename(long oid, String owner) {
    Index index = find("c.oid = " + oid).get(0);
    Identifier old = SqlNames.made(index.name().value(), "old");
    if (index.constraint() != null) {
      throw new InvalidDataAccessResourceUsageException(
          "index %s is in the way, and belongs to constraint '%s', which statements may name (ON CONFLICT ON CONSTRAINT). Build the new one under another name."
              .formatted(index.quoted(index.name()), index.constraint()));
    }
    if (isTaken(index, old)) {
      throw new InvalidDataAccessResourceUsageException(
          "index %s is in the way with another definition, and cannot be renamed, because %s exists too. Drop or rename one of them."
              .formatted(index.quoted(index.name()), index.quoted(old)));
    }
    move(index, old);
    String rest = index.comment() == null ? "" : "\n" + index.comment();
    comment(index.quoted(old), MARK + owner + "\n" + index.name().value() + rest);
    log.warn(
        "schema.index-renamed index={} to={} for={} because=another definition",
        index.quoted(index.name()),
        old.value(),
        owner);
  }

  /** In the transaction that completes the down script. */
  void putBack(MigrationId id, String script) {
    String mark = MARK + owner(id, script) + "\n";
    for (Index renamed : find("starts_with(obj_description(c.oid, 'pg_class'), ?)", mark)) {
      String[] rest = String.valueOf(renamed.comment()).substring(mark.length()).split("\n", 2);
      Identifier name = new Identifier(rest[0]);
      if (isTaken(renamed, name)) {
        log.warn(
            "schema.index-renamed index={} action=left because={} is taken",
            renamed.quoted(renamed.name()),
            renamed.quoted(name));
      } else {
        move(renamed, name);
        comment(renamed.quoted(name), rest.length > 1 ? rest[1] : null);
        log.info(
            "schema.index-renamed index={} back to={}",
            renamed.quoted(renamed.name()),
            name.value());
      }
    }
  }

  static String owner(MigrationId id, String script) {
    return id + " " + script;
  }

  private void move(Index index, Identifier to) {
    PlainSql.execute(
        jdbc, "ALTER INDEX " + index.quoted(index.name()) + " RENAME TO " + to.quoted());
  }

  private void comment(String index, @Nullable String text) {
    String literal =
        text == null ? "NULL" : "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    PlainSql.execute(jdbc, "COMMENT ON INDEX " + index + " IS " + literal);
  }

  private boolean isTaken(Index index, Identifier name) {
    return Optional.ofNullable(
            jdbc.queryForObject(
                "SELECT to_regclass(?) IS NOT NULL", Boolean.class, index.quoted(name)))
        .orElse(false);
  }

  private List<Index> find(String condition, Object... parameters) {
    return jdbc.query(
        """
        SELECT n.nspname, c.relname, k.conname, obj_description(c.oid, 'pg_class') AS comment
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
        WHERE c.relkind IN ('i', 'I')
          AND %s
        ORDER BY n.nspname, c.relname
        """
            .formatted(condition),
        (rs, row) ->
            new Index(
                new Identifier(rs.getString("nspname")),
                new Identifier(rs.getString("relname")),
                rs.getString("conname"),
                rs.getString("comment")),
        parameters);
  }
}

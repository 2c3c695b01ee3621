package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.NearestName;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Table;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/** Finds the table that a definition names, or says why it is none that can be changed. */
final class Relation {

  /** Candidates for "did you mean": more would be no help. */
  private static final int NAMES_MAX = 10_000;

  private final JdbcOperations jdbc;

  Relation(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  Optional<Table> find(TableName name, Findings findings) {
    // to_regclass is an error in a schema without USAGE, so the schema comes first
    if (name.schemaIfGiven().isPresent() && !isSchemaUsable(name.schemaIfGiven().get(), findings)) {
      return Optional.empty();
    }
    Optional<Table> found = new Catalog(jdbc).find(name);
    if (found.isEmpty()) {
      refuseMissing(name, findings);
    }
    return found.filter(table -> isPlainTable(table, findings));
  }

  private boolean isSchemaUsable(Identifier schema, Findings findings) {
    List<Boolean> usable =
        jdbc.queryForList(
            "SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = ?",
            Boolean.class,
            schema.value());
    if (usable.isEmpty()) {
      findings.refuse(
          "there is no schema '%s' in database '%s'%s"
              .formatted(
                  schema,
                  text("SELECT current_database()"),
                  NearestName.question(schema.value(), schemas())));
      return false;
    }
    if (!usable.get(0)) {
      findings.refuse(
          "role '%1$s' may not use schema '%2$s'. GRANT USAGE ON SCHEMA %3$s TO %4$s;"
              .formatted(
                  text("SELECT current_user"),
                  schema,
                  schema.quoted(),
                  new Identifier(text("SELECT current_user")).quoted()));
      return false;
    }
    return true;
  }

  private void refuseMissing(TableName name, Findings findings) {
    if (name.schemaIfGiven().isPresent()) {
      findings.refuse(
          "there is no table '%s'%s"
              .formatted(name, NearestName.question(name.toString(), tables())));
      return;
    }
    findings.refuse(
        ("there is no table '%s' in the search_path (%s)%s"
                + " Correct the name, or qualify it with its schema.")
            .formatted(
                name,
                text("SELECT array_to_string(current_schemas(false), ', ')"),
                nearestUnqualified(name.name().value())));
  }

  /** A table of the same name elsewhere comes before a similar name in the search_path. */
  private String nearestUnqualified(String name) {
    List<String> elsewhere =
        tables().stream().filter(table -> table.endsWith("." + name)).sorted().toList();
    return elsewhere.isEmpty()
        ? NearestName.question(name, visibleTables())
        : "; did you mean '%s'?".formatted(elsewhere.get(0));
  }

  private List<String> schemas() {
    return jdbc.queryForList("SELECT nspname FROM pg_namespace", String.class);
  }

  private List<String> tables() {
    return jdbc.queryForList(
        """
        SELECT n.nspname || '.' || c.relname
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p')
          AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
        LIMIT ?
        """,
        String.class,
        NAMES_MAX);
  }

  private List<String> visibleTables() {
    return jdbc.queryForList(
        """
        SELECT c.relname
        FROM pg_class c
        WHERE c.relkind IN ('r', 'p')
          AND c.relnamespace = ANY (current_schemas(false)::regnamespace[])
        LIMIT ?
        """,
        String.class,
        NAMES_MAX);
  }

  private boolean isPlainTable(Table table, Findings findings) {
    String other =
        switch (table.kind()) {
          case 'r', 'p' -> otherThanUsers(table.oid());
          case 'v' -> "a view. Name the table behind it";
          case 'm' -> "a materialized view. Change its query, then REFRESH it";
          case 'f' -> "a foreign table. Run the migration on the server that holds the rows";
          case 'S' -> "a sequence. Name a table";
          case 'i', 'I' -> "an index. Name its table";
          default -> "no table. Name a table";
        };
    if (!other.isEmpty()) {
      findings.refuse("%s is %s.".formatted(table.name(), other));
    }
    return other.isEmpty();
  }

  private String otherThanUsers(long oid) {
    return jdbc.queryForList(
            """
            SELECT CASE
              WHEN c.relpersistence = 't' THEN
                'a temporary table, which no other session sees. Name a permanent table'
              WHEN c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
                THEN 'a table of the system. Name a table of yours'
              ELSE '' END
            FROM pg_class c
            WHERE c.oid = ?
            """,
            String.class,
            oid)
        .get(0);
  }

  private String text(String sql) {
    return String.valueOf(jdbc.queryForObject(sql, String.class));
  }
}

package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.Script;
import dev.sluice.migration.TableName;
import dev.sluice.schema.DropStatement.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Says what scripts would take away for good, and how big that is, before they run: tables,
 * columns, indexes, materialized views and schemas that they drop, rows that they truncate.
 *
 * <p>What is not there is left out: {@code IF EXISTS} would pass over it, or an earlier statement
 * makes it. Sizes are the server's own and estimates, no table is read.
 */
public final class DropPreview {

  private final CatalogSizes sizes;

  /**
   * @param jdbc whose {@code search_path} is that of the scripts
   */
  public DropPreview(JdbcOperations jdbc) {
    this.sizes = new CatalogSizes(jdbc);
  }

  /** In the order of the scripts and their statements. Takes ACCESS SHARE on what they name. */
  public List<Loss> of(List<Script> scripts) {
    List<Loss> losses = new ArrayList<>();
    for (Script script : scripts) {
      for (ScriptStatement statement : ScriptReader.statements(script)) {
        DropStatement.of(statement)
            .ifPresent(
                drop -> losses.addAll(new Statement(script, statement.line(), drop).losses()));
      }
    }
    return losses;
  }

  /** One that drops. */
  private final class Statement {
    private final Script script;
    private final int line;
    private final DropStatement drop;
    private final List<Loss> losses = new ArrayList<>();

    Statement(Script script, int line, DropStatement drop) {
      this.script = script;
      this.line = line;
      this.drop = drop;
    }

    List<Loss> losses() {
      switch (drop.kind()) {
        case TABLE -> relations("table ", "rp");
        case MATERIALIZED_VIEW -> relations("materialized view ", "m");
        case INDEX -> indexes();
        case SCHEMA -> schemas();
        case ROWS -> relations("rows of table ", "rp");
        case COLUMNS -> columns();
        case UNKNOWN ->
            add("the block on line " + line, "drops or alters what is known only when it runs");
      }
      return losses;
    }

    private void relations(String what, String kinds) {
      boolean alone = drop.kind() == Kind.ROWS && drop.only();
      for (String name : drop.names()) {
        sizes.relation(name, kinds, alone).ifPresent(size -> add(what + size.name(), size.text()));
      }
    }

    private void indexes() {
      for (String name : drop.names()) {
        sizes
            .relation(name, "iI", false)
            .ifPresent(size -> add("index " + size.name(), size.bytesText()));
      }
    }

    private void schemas() {
      for (String name : drop.names()) {
        identifier(name)
            .flatMap(sizes::schema)
            .ifPresent(size -> add("schema " + size.name(), size.text()));
      }
    }

    private void columns() {
      String table = drop.names().get(0);
      for (String name : drop.names().subList(1, drop.names().size())) {
        identifier(name)
            .flatMap(column -> sizes.column(table, column, drop.only()))
            .ifPresent(size -> add("column " + size.name(), size.text()));
      }
    }

    private void add(String object, String extent) {
      String more = drop.cascades() ? ", and whatever depends on it (CASCADE)" : "";
      losses.add(new Loss(script.file(), line, object, extent + more));
    }
  }

  private static Optional<Identifier> identifier(String sql) {
    return SqlNames.table(sql).filter(name -> name.schemaIfGiven().isEmpty()).map(TableName::name);
  }
}

package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Check;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.NearestName;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Table;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * What preflight looks at.
 *
 * @param role that the run works as
 * @param jdbc for the catalog, autocommit
 * @param inspection for whatever may fail
 */
record Subject(
    DataMigration migration, Table table, String role, JdbcOperations jdbc, Inspection inspection) {

  /** The key's columns as the definition gives them, else the primary key's; empty: neither. */
  List<Identifier> key() {
    return migration.key().isEmpty()
        ? table.primaryKey().map(Table.Index::columns).orElse(List.of())
        : migration.key();
  }

  List<Identifier> written() {
    return migration.change().writtenColumns();
  }

  /** For {@code = ANY (?)}. */
  String[] writtenNames() {
    return written().stream().map(Identifier::value).toArray(String[]::new);
  }

  /** The written columns that are there already. */
  List<Table.Column> writtenNow() {
    return written().stream().flatMap(name -> table.column(name).stream()).toList();
  }

  /** Columns that a transform reads. What expressions read is for the server to say. */
  List<Identifier> read() {
    return migration.change() instanceof Change.Transform transform ? transform.read() : List.of();
  }

  /** All columns that the definition names outside its SQL: each must be there for the run. */
  List<Identifier> named() {
    Stream<Identifier> notNull =
        migration.checks().after().stream()
            .flatMap(
                check -> check instanceof Check.NotNull c ? c.columns().stream() : Stream.of());
    return Stream.of(
            written().stream(),
            read().stream(),
            notNull,
            migration.checks().distribution().stream())
        .flatMap(names -> names)
        .distinct()
        .toList();
  }

  /** Of those, the ones that the table does not have. */
  List<Identifier> missing() {
    return named().stream().filter(name -> table.column(name).isEmpty()).toList();
  }

  /** Whether columns may still come, so that only preflight-data can judge a missing one. */
  boolean expands() {
    return migration.script(Script.Kind.EXPAND_UP).isPresent();
  }

  /** Whether constrain.up.sql speaks of that name, and may thus make what is called so. */
  boolean constrainMentions(String name) {
    return migration
        .script(Script.Kind.CONSTRAIN_UP)
        .filter(
            script ->
                script.text().toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT)))
        .isPresent();
  }

  /** {@code table public.users has no column 'nam'; did you mean 'name'?}. */
  String noColumn(Identifier name) {
    List<String> names = table.columns().stream().map(column -> column.name().value()).toList();
    return "table %s has no column '%s'%s"
        .formatted(table.name(), name, NearestName.question(name.value(), names));
  }

  /** {@code "a", "b"}: for a statement. */
  static String quoted(List<Identifier> names) {
    return names.stream().map(Identifier::quoted).collect(Collectors.joining(", "));
  }

  /** {@code [a, "B"]}: as a definition's {@code key} lists them. */
  static String asYaml(List<Identifier> names) {
    return names.stream()
        .map(name -> name.equals(folded(name)) ? name.value() : "'" + name.quoted() + "'")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static Identifier folded(Identifier name) {
    try {
      return Identifier.parse(name.value());
    } catch (IllegalArgumentException e) {
      return new Identifier(name.quoted());
    }
  }
}

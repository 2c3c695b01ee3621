package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.Table;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.dao.DataAccessException;

/**
 * The table can be walked by its key: NOT NULL, ordered, unique by an index in the key's own order,
 * and left alone by the migration. Anything less loses or repeats rows at page edges.
 */
final class KeyCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    Table table = subject.table();
    List<Identifier> key = subject.key();
    if (key.isEmpty()) {
      findings.refuse(
          "table %s has no primary key. Name a unique, NOT NULL and indexed key under 'key'%s."
              .formatted(table.name(), candidate(subject)));
      return;
    }
    List<Identifier> missing = key.stream().filter(name -> table.column(name).isEmpty()).toList();
    missing.forEach(name -> findings.refuse("key: %s".formatted(subject.noColumn(name))));
    refuseWritten(subject, key, findings);
    if (missing.isEmpty()) {
      List<Table.Column> columns =
          key.stream().flatMap(name -> table.column(name).stream()).toList();
      refuseNullable(columns, table, findings);
      if (areOrdered(columns, subject, findings)) {
        checkIndexes(key, subject, findings);
      }
    }
  }

  private static String candidate(Subject subject) {
    return KeyIndex.of(subject).stream()
        .filter(index -> index.fault().isEmpty())
        .filter(index -> index.columns().stream().allMatch(name -> isNotNull(subject, name)))
        .findFirst()
        .map(index -> ": %s would do".formatted(Subject.asYaml(index.columns())))
        .orElse("");
  }

  private static boolean isNotNull(Subject subject, Identifier name) {
    return subject.table().column(name).map(Table.Column::notNull).orElse(false);
  }

  private static void refuseWritten(Subject subject, List<Identifier> key, Findings findings) {
    Set<Identifier> changed = new LinkedHashSet<>(subject.written());
    changed.addAll(ConstraintNotes.generatedFrom(subject));
    key.stream()
        .filter(changed::contains)
        .forEach(
            name ->
                findings.refuse(
                    ("key column '%s' of %s is changed by the migration, which would skip or repeat"
                            + " rows. Choose another key.")
                        .formatted(name, subject.table().name())));
  }

  private static void refuseNullable(List<Table.Column> columns, Table table, Findings findings) {
    columns.stream()
        .filter(column -> !column.notNull())
        .forEach(
            column ->
                findings.refuse(
                    ("key column '%s' of %s may be NULL, and a row with NULL would be passed over."
                            + " Choose a NOT NULL key, or make the column NOT NULL.")
                        .formatted(column.name(), table.name())));
  }

  /** Asks the server, which knows all types: json, xml and point have no order. */
  private static boolean areOrdered(
      List<Table.Column> columns, Subject subject, Findings findings) {
    boolean ordered = true;
    for (Table.Column column : columns) {
      if (!isOrdered(column.type(), subject.inspection())) {
        ordered = false;
        findings.refuse(
            "key column '%s' of %s has type %s, which has no order. Choose another key."
                .formatted(column.name(), subject.table().name(), column.type()));
      }
    }
    return ordered;
  }

  private static boolean isOrdered(String type, Inspection inspection) {
    try {
      inspection.read(
          jdbc -> jdbc.queryForList("EXPLAIN SELECT NULL::%s ORDER BY 1".formatted(type)));
      return true;
    } catch (DataAccessException e) {
      if (ServerError.of(e).filter(ServerError::isAboutTheStatement).isPresent()) {
        return false;
      }
      throw e;
    }
  }

  private static void checkIndexes(List<Identifier> key, Subject subject, Findings findings) {
    List<KeyIndex> unique =
        KeyIndex.of(subject).stream()
            .filter(index -> Set.copyOf(index.columns()).equals(Set.copyOf(key)))
            .toList();
    if (unique.stream().anyMatch(index -> index.fault().isEmpty() && index.columns().equals(key))) {
      return;
    }
    Optional<KeyIndex> reordered =
        unique.stream().filter(index -> index.fault().isEmpty()).findFirst();
    if (reordered.isPresent()) {
      findings.refuse(
          "key %s of %s is not in the order of its unique index '%s'. Write key: %s."
              .formatted(
                  Subject.asYaml(key),
                  subject.table().name(),
                  reordered.get().name(),
                  Subject.asYaml(reordered.get().columns())));
      return;
    }
    if (unique.isEmpty()) {
      findings.refuse(
          ("key %1$s of %2$s has no unique index. Choose a unique key, or"
                  + " CREATE UNIQUE INDEX CONCURRENTLY ON %3$s (%4$s);")
              .formatted(
                  Subject.asYaml(key),
                  subject.table().name(),
                  subject.table().name().quoted(),
                  Subject.quoted(key)));
    }
    unique.forEach(
        index ->
            findings.refuse(
                ("unique index '%s' cannot carry the key %s of %s: it is %s."
                        + " Choose another key, or create a plain unique index on it.")
                    .formatted(
                        index.name(), Subject.asYaml(key), subject.table().name(), index.fault())));
  }
}

package dev.sluice.validation;

import java.util.List;
import java.util.function.Predicate;

/**
 * Every published table whose rows the run updates can be updated: it has a replica identity, and
 * the publications' row filters and column lists go with it. Otherwise every UPDATE is an error.
 */
final class PublicationCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    for (PublishedTable table : PublishedTable.of(subject)) {
      List<String> faults = faults(table);
      faults.forEach(findings::refuse);
      if (faults.isEmpty()) {
        findings.note(
            "updates of %s are published (%s): watch how far their consumers lag."
                .formatted(table.name(), table.publicationNames()));
      }
    }
  }

  private static List<String> faults(PublishedTable table) {
    if (!table.isIdentified()) {
      return List.of(
          ("updates of %1$s are published (%2$s) but it has no replica identity:"
                  + " PostgreSQL refuses to update it. Add a primary key, or"
                  + " ALTER TABLE %3$s REPLICA IDENTITY FULL;")
              .formatted(table.name(), table.publicationNames(), table.name().quoted()));
    }
    return table.publications().stream()
        .map(publication -> fault(table, publication))
        .filter(fault -> !fault.isEmpty())
        .toList();
  }

  private static String fault(PublishedTable table, PublishedTable.Publication publication) {
    List<String> outside = table.outsideIdentity(publication.filtered());
    if (!outside.isEmpty()) {
      return ("publication '%1$s' filters the rows of %2$s by %3$s, outside its replica identity"
              + " (%4$s): PostgreSQL refuses to update it. Filter by columns of the replica identity,"
              + " or ALTER TABLE %5$s REPLICA IDENTITY FULL;")
          .formatted(
              publication.name(),
              table.name(),
              PublishedTable.listed(outside),
              PublishedTable.listed(table.identity()),
              table.name().quoted());
    }
    if (publication.columns().isEmpty()) {
      return "";
    }
    if (table.isFull()) {
      return ("publication '%1$s' publishes single columns of %2$s, whose replica identity is FULL:"
              + " PostgreSQL refuses to update it. Publish all columns, or"
              + " ALTER TABLE %3$s REPLICA IDENTITY DEFAULT;")
          .formatted(publication.name(), table.name(), table.name().quoted());
    }
    List<String> left = table.identity().stream().filter(notIn(publication.columns())).toList();
    return left.isEmpty()
        ? ""
        : ("publication '%1$s' leaves out %2$s of %3$s, which its replica identity needs: PostgreSQL"
                + " refuses to update it. Add it to the column list by ALTER PUBLICATION.")
            .formatted(publication.name(), PublishedTable.listed(left), table.name());
  }

  private static Predicate<String> notIn(List<String> names) {
    return name -> !names.contains(name);
  }
}

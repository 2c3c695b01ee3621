package dev.sluice.job;

import dev.sluice.control.Ledger;
import dev.sluice.migration.Migration;
import java.util.Optional;
import java.util.stream.Collectors;

/** What must be there before a migration, and what stands on it. */
final class Dependencies {

  private final Ledger ledger;

  Dependencies(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Why it may not run yet; empty: all it depends on is applied. Without the id before it. */
  Optional<String> missing(Migration migration) {
    String missing =
        migration.dependsOn().stream()
            .filter(id -> ledger.find(id).filter(entry -> entry.state().isApplied()).isEmpty())
            .map(Object::toString)
            .collect(Collectors.joining(", "));
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("depends on %s, not applied yet. Run that first.".formatted(missing));
  }

  /** Why it may not be taken back yet; empty: nothing stands on it. Without the id before it. */
  Optional<String> standing(Migration migration) {
    String standing =
        ledger.dependents(migration.id()).stream()
            .map(Object::toString)
            .collect(Collectors.joining(", "));
    return standing.isEmpty()
        ? Optional.empty()
        : Optional.of("%s depends on it. Take that back first.".formatted(standing));
  }
}

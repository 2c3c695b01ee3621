package dev.sluice.definition;

import dev.sluice.migration.CodeMigration;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@code depends-on} says of all migrations together: whether any order can obey it. */
final class Dependencies {

  private final Map<MigrationId, Migration> migrations = new TreeMap<>();
  private final Collection<MigrationId> known;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<MigrationId> done = new HashSet<>();

  /**
   * @param migrations those that are valid in themselves
   * @param known all that there are
   */
  Dependencies(List<Migration> migrations, Collection<MigrationId> known) {
    migrations.forEach(migration -> this.migrations.put(migration.id(), migration));
    this.known = known;
  }

  List<Problem> problems() {
    for (Migration migration : migrations.values()) {
      for (MigrationId id : migration.dependsOn()) {
        check(migration, id);
      }
    }
    migrations.keySet().forEach(id -> follow(id, new ArrayList<>()));
    return problems;
  }

  private void check(Migration migration, MigrationId dependsOn) {
    if (dependsOn.equals(migration.id())) {
      add(migration, dependsOn, "depends-on names the migration itself. Take it out.");
    } else if (!known.contains(dependsOn)) {
      List<String> names = known.stream().map(MigrationId::value).toList();
      add(
          migration,
          dependsOn,
          "depends-on: there is no migration '%s'%s"
              .formatted(dependsOn, NearestName.question(dependsOn.value(), names)));
    }
  }

  /** Depth first; each migration is left once, so that it ends whatever the definitions say. */
  private void follow(MigrationId id, List<MigrationId> path) {
    int loop = path.indexOf(id);
    if (loop >= 0) {
      addCycle(path.subList(loop, path.size()));
      return;
    }
    Migration migration = migrations.get(id);
    if (migration == null || done.contains(id)) {
      return;
    }
    path.add(id);
    for (MigrationId next : migration.dependsOn()) {
      if (!next.equals(id)) {
        follow(next, path);
      }
    }
    path.remove(path.size() - 1);
    done.add(id);
  }

  private void addCycle(List<MigrationId> cycle) {
    Migration last = migrations.get(cycle.get(cycle.size() - 1));
    String around = cycle.stream().map(MigrationId::value).collect(Collectors.joining(" -> "));
    if (last != null) {
      add(
          last,
          cycle.get(0),
          "depends-on goes round in a circle, and none of them could be the first: %s -> %s. Take"
                  .formatted(around, cycle.get(0))
              + " one of them out.");
    }
  }

  private void add(Migration migration, MigrationId named, String message) {
    Path code = CodeDefinition.place(migration.id());
    if (migration instanceof CodeMigration) {
      problems.add(Problem.ofFile(code, message));
    } else if (migration instanceof DataMigration data) {
      problems.add(
          data.folder().equals(code)
              ? Problem.ofFile(code, message)
              : DependsOnReader.problem(data.folder(), named, message));
    }
  }
}

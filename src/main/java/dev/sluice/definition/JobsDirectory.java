package dev.sluice.definition;

import dev.sluice.migration.MigrationId;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What lies in the jobs directory, by name alone.
 *
 * @param migrations id to what bears it: a folder, or the flat scripts {@code ID.up.sql}, {@code
 *     ID.down.sql}, {@code ID.sql}
 * @param ambiguous numbers that two migrations share: their order would be a matter of luck
 * @param misnamed folders and scripts whose name is no id
 */
record JobsDirectory(
    SortedMap<MigrationId, List<Path>> migrations,
    List<Problem> ambiguous,
    List<Problem> misnamed) {

  private static final List<String> SCRIPT_ENDINGS = List.of(".up.sql", ".down.sql", ".sql");

  /**
   * @throws DefinitionException if there is no such directory, or it cannot be read
   */
  static JobsDirectory scan(Path directory) {
    SortedMap<MigrationId, List<Path>> migrations = new TreeMap<>();
    List<Problem> misnamed = new ArrayList<>();
    for (Path entry : entries(directory)) {
      String name = entry.getFileName().toString();
      boolean isScript = name.endsWith(".sql") && !Files.isDirectory(entry);
      String id = isScript ? withoutEnding(name) : name;
      if (MigrationId.isValid(id)) {
        migrations.computeIfAbsent(new MigrationId(id), any -> new ArrayList<>()).add(entry);
      } else if (isScript || Files.isDirectory(entry)) {
        misnamed.add(Problem.ofFile(entry, MigrationId.whyInvalid(id) + "."));
      }
    }
    return new JobsDirectory(migrations, ambiguous(migrations), List.copyOf(misnamed));
  }

  private static List<Path> entries(Path directory) {
    if (!Files.isDirectory(directory)) {
      String what = Files.exists(directory) ? "is a file" : "does not exist";
      throw new DefinitionException(
          List.of(
              Problem.ofFile(
                  directory, what + "; a directory with a folder for each migration is wanted.")));
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      String message = "cannot be read: " + TextFile.reason(e) + ".";
      throw new DefinitionException(List.of(Problem.ofFile(directory, message)));
    }
  }

  private static String withoutEnding(String name) {
    String ending = SCRIPT_ENDINGS.stream().filter(name::endsWith).findFirst().orElseThrow();
    return name.substring(0, name.length() - ending.length());
  }

  private static List<Problem> ambiguous(SortedMap<MigrationId, List<Path>> migrations) {
    List<Problem> problems = new ArrayList<>();
    Map<BigInteger, Path> firstOfNumber = new HashMap<>();
    migrations.forEach(
        (id, entries) -> {
          Path first = firstOfNumber.putIfAbsent(id.number(), entries.get(0));
          if (first != null) {
            problems.add(
                Problem.ofFile(
                    entries.get(0),
                    "has number %s, and so has %s. Give it the next free number."
                        .formatted(id.number(), first)));
          } else if (entries.size() > 1 && entries.stream().anyMatch(Files::isDirectory)) {
            problems.add(
                Problem.ofFile(
                    entries.get(0), "and %s are the same migration.".formatted(entries.get(1))));
          }
        });
    return List.copyOf(problems);
  }
}

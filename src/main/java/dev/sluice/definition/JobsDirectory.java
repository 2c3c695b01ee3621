package dev.sluice.definition;

import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What lies in the jobs directory, by name alone.
 *
 * @param migrations id to what bears it
 * @param ambiguous numbers that two migrations share: their order would be a matter of luck
 * @param misnamed folders and files whose name is no id, and what cannot be run at all
 */
record JobsDirectory(
    SortedMap<MigrationId, Entry> migrations, List<Problem> ambiguous, List<Problem> misnamed) {

  /** What one migration consists of. */
  sealed interface Entry permits Folder, Flat, Code {
    MigrationId id();

    /** The folder, or the first of its files. */
    Path place();
  }

  /**
   * @param place mostly a folder; what else bears the name of one is refused when it is read
   */
  record Folder(MigrationId id, Path place) implements Entry {}

  /**
   * @param files one, or an up and its down
   */
  record Flat(MigrationId id, List<FlatFile> files) implements Entry {
    @Override
    public Path place() {
      return files.get(0).path();
    }
  }

  /** One that an application defines in code, and that lies here as if it had a folder. */
  record Code(Migration migration) implements Entry {
    @Override
    public MigrationId id() {
      return migration.id();
    }

    @Override
    public Path place() {
      return CodeDefinition.place(id());
    }
  }

  private static final Pattern GO_MIGRATION = Pattern.compile("[0-9]+_.*(?<!_test)\\.go");

  /**
   * @param directory null: there are no files
   * @param inCode what is there beside the files
   * @throws DefinitionException if there is no such directory, or it cannot be read
   */
  static JobsDirectory scan(@Nullable Path directory, Collection<Migration> inCode) {
    List<Problem> misnamed = new ArrayList<>();
    List<Entry> found = new ArrayList<>();
    List<FlatFile> flat = new ArrayList<>();
    inCode.forEach(migration -> found.add(new Code(migration)));
    for (Path path : directory == null ? List.<Path>of() : entries(directory)) {
      String name = path.getFileName().toString();
      boolean isFolder = Files.isDirectory(path);
      if (!isFolder && FlatFile.isSql(name)) {
        FlatFile.of(path).ifPresentOrElse(flat::add, () -> misnamed.add(noNumber(path)));
      } else if (MigrationId.isValid(name)) {
        found.add(new Folder(new MigrationId(name), path));
      } else if (isFolder) {
        misnamed.add(Problem.ofFile(path, MigrationId.whyInvalid(name) + "."));
      } else if (GO_MIGRATION.matcher(name).matches()) {
        misnamed.add(
            Problem.ofFile(
                path,
                "is a migration in Go, which cannot be run here, and the ones behind it may need"
                    + " it. Write it as SQL."));
      }
    }
    found.addAll(paired(flat));
    return withoutAmbiguous(found, List.copyOf(misnamed));
  }

  private static Problem noNumber(Path file) {
    return Problem.ofFile(
        file,
        "has no number in its name. Allowed: NUMBER_name.up.sql and NUMBER_name.down.sql, or"
            + " NUMBER_name.sql with '-- +goose Up' in it.");
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

  /**
   * An up and a down belong together if their numbers are equal, whatever their names: so does the
   * tool that such files come from.
   */
  private static List<Entry> paired(List<FlatFile> files) {
    Map<BigInteger, FlatFile> downs = new HashMap<>();
    List<FlatFile> first = new ArrayList<>();
    for (FlatFile file : files) {
      boolean isDown = file.form() == FlatFile.Form.DOWN;
      if (!isDown || downs.putIfAbsent(file.number(), file) != null) {
        first.add(file);
      }
    }
    List<Entry> entries = new ArrayList<>();
    for (FlatFile file : first) {
      FlatFile down = file.form() == FlatFile.Form.UP ? downs.remove(file.number()) : null;
      entries.add(new Flat(file.id(), down == null ? List.of(file) : List.of(file, down)));
    }
    downs.values().forEach(down -> entries.add(new Flat(down.id(), List.of(down))));
    return entries;
  }

  private static JobsDirectory withoutAmbiguous(List<Entry> found, List<Problem> misnamed) {
    List<Problem> ambiguous = new ArrayList<>();
    SortedMap<MigrationId, Entry> migrations = new TreeMap<>();
    Map<BigInteger, Path> firstOfNumber = new HashMap<>();
    for (Entry entry : found.stream().sorted((a, b) -> a.place().compareTo(b.place())).toList()) {
      BigInteger number = entry.id().number();
      Path first = firstOfNumber.putIfAbsent(number, entry.place());
      if (first != null) {
        ambiguous.add(
            Problem.ofFile(
                entry.place(),
                "has number %s, and so has %s. Give it the next free number."
                    .formatted(number, first)));
      }
      migrations.putIfAbsent(entry.id(), entry);
    }
    return new JobsDirectory(migrations, List.copyOf(ambiguous), misnamed);
  }
}

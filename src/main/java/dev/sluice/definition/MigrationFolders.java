package dev.sluice.definition;

import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The migrations of a jobs directory. Reads the files anew at each call, so that a long-running
 * program sees what changed. Safe for concurrent use.
 */
public final class MigrationFolders {

  private static final int NAMED_MAX = 20;

  /** What messages call the place of all migrations if there are no files. */
  private static final Path NO_FILES = Path.of("the code");

  private final @Nullable Path jobsDir;
  private final List<Migration> inCode;

  /**
   * @param jobsDir as the user gave it; problems name files below it in the same form
   */
  public MigrationFolders(Path jobsDir) {
    this(jobsDir, List.of());
  }

  /**
   * @param jobsDir null: there are no files
   * @param inCode what is there beside the files, and no different from them in any order or count
   */
  public MigrationFolders(@Nullable Path jobsDir, Collection<Migration> inCode) {
    this.jobsDir = jobsDir;
    this.inCode = List.copyOf(inCode);
  }

  private JobsDirectory scan() {
    return JobsDirectory.scan(jobsDir, inCode);
  }

  /**
   * The ids of all migrations, in their order, usable or not.
   *
   * @throws DefinitionException if the directory cannot be read, two migrations share a number, or
   *     a folder's name is no id
   */
  public List<MigrationId> ids() {
    JobsDirectory directory = scan();
    List<Problem> problems = new ArrayList<>(directory.ambiguous());
    problems.addAll(directory.misnamed());
    throwIfAny(problems);
    return List.copyOf(directory.migrations().keySet());
  }

  /**
   * Reads one migration. Others may be broken, as long as no two share a number.
   *
   * @throws DefinitionException with all problems of the migration, or if there is none with this
   *     id
   */
  public Migration load(MigrationId id) {
    JobsDirectory directory = scan();
    throwIfAny(directory.ambiguous());
    return load(id, directory);
  }

  /**
   * Reads every migration, in their order.
   *
   * @throws DefinitionException with all problems of all of them, and of the directory
   */
  public List<Migration> loadAll() {
    JobsDirectory directory = scan();
    List<Problem> problems = new ArrayList<>(directory.ambiguous());
    problems.addAll(directory.misnamed());
    List<Migration> migrations = new ArrayList<>();
    for (MigrationId id : directory.migrations().keySet()) {
      try {
        migrations.add(load(id, directory));
      } catch (DefinitionException e) {
        problems.addAll(e.problems());
      }
    }
    problems.addAll(new Dependencies(migrations, directory.migrations().keySet()).problems());
    throwIfAny(problems);
    return List.copyOf(migrations);
  }

  private Migration load(MigrationId id, JobsDirectory directory) {
    JobsDirectory.Entry entry = directory.migrations().get(id);
    if (entry == null) {
      throw new DefinitionException(List.of(unknown(id, directory.migrations().keySet())));
    }
    if (entry instanceof JobsDirectory.Code code) {
      return code.migration();
    }
    return entry instanceof JobsDirectory.Flat flat
        ? new FlatMigration(flat).load()
        : new MigrationFolder(id, entry.place()).load();
  }

  private Problem unknown(MigrationId id, Collection<MigrationId> known) {
    List<String> names = known.stream().map(MigrationId::value).toList();
    String there = names.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
    String more =
        names.size() > NAMED_MAX ? " and %d more".formatted(names.size() - NAMED_MAX) : "";
    return Problem.ofFile(
        jobsDir == null ? NO_FILES : jobsDir,
        "has no migration '%s'%s There %s."
            .formatted(
                id,
                NearestName.question(id.value(), names),
                names.isEmpty() ? "is none" : "are: " + there + more));
  }

  private static void throwIfAny(List<Problem> problems) {
    if (!problems.isEmpty()) {
      throw new DefinitionException(problems);
    }
  }
}

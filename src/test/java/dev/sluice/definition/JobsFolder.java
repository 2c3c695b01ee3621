package dev.sluice.definition;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.SchemaMigration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A jobs directory of a test's own; problems come back as they look from beside it. */
final class JobsFolder {

  static final String ID = "0001_test";

  static final String GOOD =
      """
      description: Split the name
      table: users
      where: first_name IS NULL
      set: {first_name: "split_part(full_name, ' ', 1)"}
      """;

  private final Path directory;

  JobsFolder(Path temporary) {
    this.directory = temporary.resolve("jobs");
  }

  Path path(String relative) {
    return directory.resolve(relative);
  }

  JobsFolder write(String relative, String text) {
    return write(relative, text.getBytes(StandardCharsets.UTF_8));
  }

  JobsFolder write(String relative, byte[] bytes) {
    try {
      Files.createDirectories(path(relative).getParent());
      Files.write(path(relative), bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JobsFolder createFolder(String relative) {
    try {
      Files.createDirectories(path(relative));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JobsFolder definition(String yaml) {
    return write(ID + "/migration.yaml", yaml);
  }

  MigrationFolders folders() {
    return new MigrationFolders(directory);
  }

  DataMigration load() {
    return load(ID);
  }

  DataMigration load(String id) {
    return (DataMigration) folders().load(new MigrationId(id));
  }

  SchemaMigration loadSchema(String id) {
    return (SchemaMigration) folders().load(new MigrationId(id));
  }

  /** The problems of {@link #ID} with this definition; {@code :12:9: …} if they are in its file. */
  List<String> problemsOf(String yaml) {
    definition(yaml);
    return problems().stream()
        .map(problem -> problem.replaceFirst("^jobs/0001_test/migration.yaml:", ""))
        .toList();
  }

  List<String> problems() {
    return problems(this::load);
  }

  List<String> problems(ThrowingCallable call) {
    DefinitionException thrown = Assertions.catchThrowableOfType(DefinitionException.class, call);
    Assertions.assertThat(thrown).as("no problem was found").isNotNull();
    return thrown.problems().stream().map(this::shown).toList();
  }

  private String shown(Problem problem) {
    return problem.toString().replace(directory.toString(), "jobs");
  }
}

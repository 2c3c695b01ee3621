package dev.sluice.scenario;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.SqlLexer;
import dev.sluice.postgres.SqlLexer.Token;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A migration's folder that has a {@code test} folder in it.
 *
 * @param jobs the directory that it lies in
 */
record Scenario(Path jobs, MigrationId id) {

  private static final List<Path> DIRECTORIES =
      List.of(Path.of("jobs"), Path.of("src/test/resources/scenarios"));

  /** Part of the names of the scenarios that are to run; all without it. */
  private static final String FILTER = System.getProperty("scenarios", "");

  /**
   * How a run must fail.
   *
   * @param message that standard error must contain
   */
  record Failure(int exitCode, String message) {}

  static List<Scenario> all() {
    return DIRECTORIES.stream()
        .flatMap(jobs -> in(jobs).stream())
        .filter(scenario -> scenario.toString().contains(FILTER))
        .toList();
  }

  static Scenario of(Path jobs, String id) {
    return new Scenario(jobs, new MigrationId(id));
  }

  private static List<Scenario> in(Path jobs) {
    try (Stream<Path> folders = Files.list(jobs)) {
      return folders
          .filter(folder -> Files.isDirectory(folder.resolve("test")))
          .map(folder -> of(jobs, folder.getFileName().toString()))
          .sorted(Comparator.comparing(Scenario::id))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The same change of the data as another migration, without the scripts: where this one is
   * completed, it must find nothing to do. Without a sync trigger, which stays: two of them must
   * not write the same columns.
   *
   * @param directory an empty one
   */
  Scenario dataChangeAgain(Path directory) throws IOException {
    MigrationId again = new MigrationId(id.number() + "_again");
    Path target = Files.createDirectories(directory.resolve(again.value()));
    try (Stream<Path> files = Files.list(jobs.resolve(id.value()))) {
      for (Path file : files.filter(Scenario::isOfTheDataChange).toList()) {
        Files.write(
            target.resolve(file.getFileName()),
            Files.readAllLines(file).stream().filter(line -> !line.startsWith("sync:")).toList());
      }
    }
    return new Scenario(directory, again);
  }

  private static boolean isOfTheDataChange(Path file) {
    return Files.isRegularFile(file) && !file.toString().endsWith(".sql");
  }

  /** Whether rows leave a guard: then another migration finds them done. */
  boolean hasGuard() {
    return definition().lines().anyMatch(line -> line.startsWith("where:"));
  }

  /** Whether what the application changes waits for the next run. */
  boolean captures() {
    return definition().lines().anyMatch("sync: capture"::equals);
  }

  /** Whether a rollback is more than a refusal. */
  boolean canBeTakenBack() {
    return definition().lines().noneMatch(line -> line.startsWith("undo: none"));
  }

  private String definition() {
    return read(jobs.resolve(id.value()).resolve("migration.yaml")).orElseThrow();
  }

  /** Makes the tables and their rows. */
  String before() {
    return file("before.sql").orElseThrow();
  }

  /** Queries that return one boolean each. */
  List<String> after() {
    return file("after.sql").map(Scenario::statements).orElse(List.of());
  }

  /** The same for after the rollback. */
  List<String> back() {
    return file("back.sql").map(Scenario::statements).orElse(List.of());
  }

  /** What the application does, again and again. */
  Optional<String> traffic() {
    return file("traffic.sql");
  }

  Optional<Failure> expectedFailure() {
    return file("expect-failure.txt").map(Scenario::failure);
  }

  private static Failure failure(String text) {
    int lineEnd = text.indexOf('\n');
    return new Failure(
        Integer.parseInt(text.substring(0, lineEnd).strip()), text.substring(lineEnd).strip());
  }

  private Optional<String> file(String name) {
    return read(jobs.resolve(id.value()).resolve("test").resolve(name));
  }

  private static Optional<String> read(Path file) {
    try {
      return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> statements(String sql) {
    List<String> statements = new ArrayList<>();
    StringBuilder statement = new StringBuilder();
    for (Token token : SqlLexer.tokens(sql)) {
      if (token.isSymbol(';')) {
        statements.add(statement.toString().strip());
        statement.setLength(0);
      } else if (token.kind() != SqlLexer.Kind.COMMENT) {
        statement.append(token.text());
      }
    }
    if (!statement.toString().isBlank()) {
      throw new IllegalArgumentException("the last statement has no ';': " + statement);
    }
    return statements;
  }

  @Override
  public String toString() {
    return jobs.getFileName() + "/" + id;
  }
}

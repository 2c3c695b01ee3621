package dev.sluice.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * The packaged jar made quick to start: a test's process lives for seconds, and without this most
 * of them go into reading classes and optimising them. A start takes a quarter of the processor
 * time of {@code java -jar target/sluice.jar}.
 *
 * <p>The jar is taken apart by itself ({@code -Djarmode=tools}), and what its classes look like in
 * memory is stored by a run beforehand, once for each jar built, under {@code target/quick-start/}.
 * A JVM that cannot use the store does without.
 */
final class QuickStart {

  private static final Path HOME = Path.of("target", "quick-start").toAbsolutePath();
  private static final Path TURN = Path.of("target", "quick-start.lock").toAbsolutePath();
  private static final String JAR = "sluice.jar";
  private static final String STORE = "classes.jsa";
  private static final int PREPARATION_MINUTES_MAX = 5;

  private static final String MIGRATION =
      """
      description: Loads the classes of a run
      table: word
      where: NOT done
      set: {v: upper(v), done: "true"}
      undo: journal
      """;

  /** Compiles once and quickly: there is no time for what the second compiler would gain. */
  private static final List<String> OPTIONS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static @Nullable List<String> words;

  private QuickStart() {}

  /** What follows {@code java}, up to the arguments of the program. */
  static synchronized List<String> of(Path java, Path packaged) {
    if (words == null) {
      Path folder = prepared(java, packaged);
      words = new ArrayList<>(OPTIONS);
      words.add("-XX:SharedArchiveFile=" + folder.resolve(STORE));
      words.add("-Xlog:cds*=off"); // standard output is the program's
      words.addAll(List.of("-jar", folder.resolve(JAR).toString()));
    }
    return words;
  }

  /**
   * Of this very jar: another one has another folder, and the old ones are deleted. Once for all
   * processes that run tests beside each other: the others wait.
   */
  private static Path prepared(Path java, Path packaged) {
    try (FileChannel turn =
        FileChannel.open(TURN, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      turn.lock(); // until it is closed
      Path folder =
          HOME.resolve(Files.getLastModifiedTime(packaged).toMillis() + "-" + Files.size(packaged));
      if (!Files.exists(folder.resolve(STORE))) {
        FileSystemUtils.deleteRecursively(HOME);
        Files.createDirectories(HOME);
        run(
            Optional.empty(),
            Stream.of(
                java.toString(),
                "-Djarmode=tools",
                "-jar",
                packaged.toString(),
                "extract",
                "--destination",
                folder.toString()));
        store(java, folder);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void store(Path java, Path folder) throws IOException {
    Path jobs = folder.resolve("jobs");
    Path migration = Files.createDirectories(jobs.resolve("0001_word"));
    Files.writeString(migration.resolve("migration.yaml"), MIGRATION);
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute(
          """
          CREATE TABLE word (id int PRIMARY KEY, v text, done boolean NOT NULL DEFAULT false);
          INSERT INTO word (id, v) VALUES (1, 'one')
          """);
      List<String> command = new ArrayList<>(List.of(java.toString()));
      command.addAll(OPTIONS);
      command.add("-XX:ArchiveClassesAtExit=" + folder.resolve(STORE));
      command.addAll(List.of("-jar", folder.resolve(JAR).toString(), "run", "0001_word"));
      command.addAll(List.of("--jobs", jobs.toString(), "--url", database.url()));
      command.addAll(List.of("--user", database.server().user()));
      run(Optional.of(database.server().password()), command.stream());
    }
  }

  private static void run(Optional<String> password, Stream<String> command) throws IOException {
    Path log = HOME.resolve("preparation.log");
    ProcessBuilder builder =
        new ProcessBuilder(command.toList()).redirectErrorStream(true).redirectOutput(log.toFile());
    password.ifPresent(value -> builder.environment().put("PGPASSWORD", value));
    Process process = builder.start();
    try {
      if (!process.waitFor(PREPARATION_MINUTES_MAX, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException(builder.command() + ": see " + log);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      process.destroyForcibly();
    }
  }
}

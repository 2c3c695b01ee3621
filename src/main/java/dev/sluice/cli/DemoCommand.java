package dev.sluice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole cycle before the reader's eyes, on a server that it brings along. */
@Command(
    name = "demo",
    description =
        "Starts a PostgreSQL server, makes a table of users, and splits their names before your eyes.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

  private static final int ROWS_MAX = 100_000_000;
  private static final String ID = "0001_split_full_name";
  private static final String SHOWN = "migration.yaml";
  private static final List<String> FILES =
      List.of(
          SHOWN,
          "expand.up.sql",
          "expand.down.sql",
          "constrain.up.sql",
          "constrain.down.sql",
          "cleanup.up.sql",
          "cleanup.down.sql");

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "rows of the table (default: ${DEFAULT-VALUE})")
  int rows;

  @Override
  public Integer call() throws IOException, SQLException {
    if (rows < 1 || rows > ROWS_MAX) {
      throw new ErrorReport.UsageException(
          "--rows must be 1 to %d, got %d".formatted(ROWS_MAX, rows));
    }
    Path jobs = Files.createTempDirectory("sluice-demo");
    try {
      Path folder = Files.createDirectories(jobs.resolve(ID));
      FILES.forEach(file -> unpack(file, folder));
      say("Starting PostgreSQL ...");
      try (DemoServer server = DemoServer.start()) {
        return cycle(server, jobs);
      }
    } finally {
      delete(jobs);
    }
  }

  private int cycle(DemoServer server, Path jobs) throws IOException, SQLException {
    say("Making a table of %,d users ...".formatted(rows));
    server.execute(
        """
        CREATE TABLE users (
          id         bigint PRIMARY KEY,
          full_name  text NOT NULL,
          email      text NOT NULL UNIQUE,
          created_at timestamptz NOT NULL DEFAULT now()
        );
        INSERT INTO users (id, full_name, email)
        SELECT i, 'Ada' || i || ' Lovelace' || i, 'ada' || i || '@example.org'
        FROM generate_series(1, %d) AS i;
        ANALYZE users;
        """
            .formatted(rows));
    say("\n" + ID + "/" + SHOWN + ":\n");
    say(Files.readString(jobs.resolve(ID).resolve(SHOWN)).indent(4));
    int code = sluice(server, "run", ID, "--jobs", jobs.toString());
    if (code != ExitCode.DONE) {
      return code;
    }
    sluice(server, "status");
    sluice(server, "verify", ID, "--jobs", jobs.toString());
    sluice(server, "run", ID, "--jobs", jobs.toString());
    say(
        "A row now: "
            + server.query(
                "SELECT format('%s -> %s, %s', full_name, first_name, last_name) FROM users WHERE id = 1"));
    String remaining = server.query("SELECT count(*) FROM users WHERE first_name IS NULL");
    say("remaining " + remaining);
    return "0".equals(remaining) ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
  }

  /** Runs a command as a person would type it, and shows it. */
  private int sluice(DemoServer server, String... command) {
    say("\n$ sluice " + String.join(" ", command));
    List<String> args = new ArrayList<>(Arrays.asList(command));
    args.addAll(List.of("--url", server.url(), "--user", server.user()));
    return SluiceCommand.execute(args.toArray(new String[0]));
  }

  private void say(String text) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(text);
    out.flush();
  }

  /** The worked example's own files, which the jar carries. */
  private static void unpack(String file, Path folder) {
    try (InputStream in = DemoCommand.class.getResourceAsStream("/demo/" + ID + "/" + file)) {
      if (in != null) {
        Files.copy(in, folder.resolve(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}

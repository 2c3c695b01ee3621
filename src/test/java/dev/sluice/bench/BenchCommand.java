package dev.sluice.bench;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SeparateServer;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code scripts/bench} starts. */
@Command(
    name = "bench",
    description = "Measures Sluice beside the usual ways to fill a column of a large table.")
final class BenchCommand implements Callable<Integer> {

  /** Enough memory for the table and its indexes; checkpoints by time, as in production. */
  static final Map<String, String> SETTINGS =
      Map.of("shared_buffers", "1GB", "max_wal_size", "8GB", "fsync", "on");

  private static final int ROWS_MIN = 1_000;
  private static final int ROWS_MAX = 1_000_000_000;
  private static final int ROUNDS_MAX = 100;

  /** Where the script was called; the program itself runs in the repository's directory. */
  private static final Path DIRECTORY = Path.of(System.getProperty("bench.directory", ""));

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "4000000",
      description = "rows of the table (default: ${DEFAULT-VALUE})")
  int rows;

  @Option(
      names = "--rounds",
      paramLabel = "R",
      defaultValue = "3",
      description = "how often each contender runs; the table shows medians (${DEFAULT-VALUE})")
  int rounds;

  @Option(
      names = "--contenders",
      paramLabel = "NAME",
      split = ",",
      description = "only these: update,loop-1000,loop-10000,batch,set-1,set-2,java-1,java-2")
  List<String> names = List.of();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "measure on this server: jdbc:postgresql://host:port/database. Makes and drops the"
              + " databases sluice_bench_template and sluice_bench there. Default: a server of its"
              + " own")
  @Nullable String url;

  @Option(
      names = "--user",
      paramLabel = "ROLE",
      defaultValue = "postgres",
      description =
          "with --url: a role that may create databases (${DEFAULT-VALUE}); its password comes from"
              + " PGPASSWORD or .pgpass")
  String user = "";

  @Option(
      names = "--xmx",
      paramLabel = "SIZE",
      description = "heap of Sluice's processes, as -Xmx takes it: 256m (default: Java's own)")
  @Nullable String heapMax;

  @Option(names = "--json", paramLabel = "FILE", description = "write every figure there, as JSON")
  @Nullable Path json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this help")
  boolean help;

  public static void main(String[] args) {
    CommandLine commandLine = new CommandLine(new BenchCommand());
    commandLine.setUsageHelpAutoWidth(true);
    System.exit(commandLine.execute(args));
  }

  @Override
  public Integer call() throws Exception {
    requireWithin("--rows", rows, ROWS_MIN, ROWS_MAX);
    requireWithin("--rounds", rounds, 1, ROUNDS_MAX);
    List<Contender> contenders = contenders();
    if (url != null) {
      String password = System.getenv("PGPASSWORD");
      report(measure(new BenchDatabase(url, user, password), contenders));
      return 0;
    }
    say("Starting PostgreSQL with %s".formatted(SETTINGS));
    try (SeparateServer server = PostgresServer.startSeparate(SETTINGS)) {
      report(measure(adminOf(server), contenders));
    }
    return 0;
  }

  private void requireWithin(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw usage("%s must be %d to %d, got %d".formatted(option, min, max, value));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private List<Contender> contenders() throws Exception {
    Contenders all = new Contenders(installation(heapMax));
    try {
      return names.isEmpty() ? all.all() : all.named(names);
    } catch (IllegalArgumentException e) {
      throw usage(Objects.requireNonNullElse(e.getMessage(), ""));
    }
  }

  /** The repository's, which is the working directory. */
  static SluiceProcess.Installation installation(@Nullable String heapMax) throws Exception {
    Path script = Path.of("scripts/sluice").toAbsolutePath();
    URL jobs = Objects.requireNonNull(BenchCommand.class.getResource("/bench"), "/bench");
    return new SluiceProcess.Installation(script, Path.of(URI.create(jobs.toString())), heapMax);
  }

  static BenchDatabase adminOf(PostgresServer server) {
    return new BenchDatabase(server.jdbcUrl("postgres"), server.user(), server.password());
  }

  private Report measure(BenchDatabase admin, List<Contender> contenders) throws Exception {
    say("Making a table of %,d rows ...".formatted(rows));
    try (BenchServer server = BenchServer.prepare(admin, rows)) {
      List<Benchmark.Measurement> measurements =
          new Benchmark(server, contenders, rounds, this::say).run();
      List<String> all = contenders.stream().map(Contender::name).toList();
      return new Report(
          rows,
          rounds,
          heapMax,
          Machine.with(admin),
          Summary.of(all, measurements, rows),
          measurements);
    }
  }

  /** Progress goes to standard error, the result alone to standard output. */
  private void say(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  private void report(Report report) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    out.print(report.table());
    out.flush();
    if (json != null) {
      Files.writeString(DIRECTORY.resolve(json), ReportJson.of(report) + "\n");
    }
  }
}

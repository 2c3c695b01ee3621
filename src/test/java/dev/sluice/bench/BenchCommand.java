package dev.sluice.bench;

import dev.sluice.testing.Pgbench;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SeparateServer;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** What {@code scripts/bench} starts. */
@Command(
    name = "bench",
    description =
        "Measures Sluice beside the usual ways to fill a column of a large table: how fast it is"
            + " (throughput), how soon a stopped run goes on (restart), how an application fares"
            + " meanwhile (latency), and whether more rows make it slower or larger (growth).",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:measured; whether the targets are reached is in the last table",
      "1:a part failed; the others are reported",
      "2:wrong usage"
    })
final class BenchCommand implements Callable<Integer> {

  /** Enough memory for the table and its indexes; checkpoints by time, as in production. */
  static final Map<String, String> SETTINGS =
      Map.of("shared_buffers", "1GB", "max_wal_size", "8GB", "fsync", "on");

  private static final String URL_BEGIN = "jdbc:postgresql:";
  private static final double BYTES_PER_GIB = 1 << 30;

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin BenchOptions options = new BenchOptions();

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
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this help")
  boolean help;

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new BenchCommand());
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setExecutionExceptionHandler(BenchCommand::failed);
    commandLine.setParameterExceptionHandler(BenchCommand::refused);
    return commandLine;
  }

  private static int refused(ParameterException error, String[] args) {
    error.getCommandLine().getErr().println(error.getMessage());
    error.getCommandLine().getErr().println("See scripts/bench --help.");
    return 2;
  }

  /** A database that does not answer is no bug, and an interrupt no error. */
  private static int failed(Exception error, CommandLine commandLine, ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    if (error instanceof InterruptedException) {
      err.println("bench: interrupted");
    } else if (error instanceof DataAccessException || error instanceof SQLException) {
      err.println("bench: " + error.getMessage());
    } else {
      error.printStackTrace(err);
    }
    return 1;
  }

  @Override
  public Integer call() throws Exception {
    Plan plan = options.plan();
    if (url != null && !url.startsWith(URL_BEGIN)) {
      throw usage("--url must begin with %s, got '%s'".formatted(URL_BEGIN, url));
    }
    say(
        "%s: about %d min on two quiet cores"
            .formatted(
                String.join(", ", plan.parts().stream().map(Part::label).toList()),
                1 + Estimate.of(plan).toMinutes()));
    if (url != null) {
      return measure(new BenchDatabase(url, user, System.getenv("PGPASSWORD")), plan);
    }
    requireDisk(plan);
    say("Starting PostgreSQL with %s".formatted(SETTINGS));
    try (SeparateServer server = PostgresServer.startSeparate(SETTINGS)) {
      return measure(adminOf(server), plan);
    }
  }

  /** A server without disk would end it in the last part. */
  private void requireDisk(Plan plan) throws Exception {
    Path here = Path.of("target");
    double free = Files.getFileStore(here).getUsableSpace() / BYTES_PER_GIB;
    double wanted = Estimate.diskBytes(plan) / BYTES_PER_GIB;
    if (free < wanted) {
      throw usage(
          String.format(
              Locale.ROOT,
              "%s: %.1f GiB are free, a table of %,d rows wants %.1f. Lower --growth and --rows,"
                  + " or measure on another server with --url.",
              here.toAbsolutePath(),
              free,
              plan.rowsMax(),
              wanted));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  static BenchDatabase adminOf(PostgresServer server) {
    return new BenchDatabase(server.jdbcUrl("postgres"), server.user(), server.password());
  }

  private int measure(BenchDatabase admin, Plan plan) throws Exception {
    Machine machine = Machine.with(admin);
    try (BenchServer server = new BenchServer(admin)) {
      Parts parts = new Parts(server, plan, Pgbench.binary(), this::say);
      report(parts.run(machine));
      return parts.failed() ? 1 : 0;
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
    out.print(report.tables());
    out.flush();
    Path json = options.jsonFile();
    if (json != null) {
      Files.writeString(json, report.json() + "\n");
    }
  }
}

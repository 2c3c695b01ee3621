package dev.sluice.cli;

import dev.sluice.control.QuarantinedRow;
import dev.sluice.control.StopSignal;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the rows that a run has set aside, or tries them again. */
@Command(
    name = "quarantine",
    description =
        "Lists the rows that a run has set aside because they failed for a reason of their own; or"
            + " tries them again.")
final class QuarantineCommand extends DatabaseCommand {

  @Parameters(paramLabel = "ID", description = "the migration: its folder's name")
  String id = "";

  @Option(names = "--retry", description = "try the rows again; those that pass leave the list")
  boolean retry;

  @Option(
      names = "--with-rows",
      description = "print the columns, too, that the migration reads and writes")
  boolean withRows;

  @Option(names = "--json", description = "an array of objects, for programs")
  boolean json;

  private @Nullable LoadedMigration migration;

  @Override
  void prepare() {
    if (retry && (withRows || json)) {
      throw new ErrorReport.UsageException(
          "--retry does not list: give --with-rows and --json without it. See 'sluice quarantine"
              + " --help'.");
    }
    migration = definitions.load(id);
  }

  @Override
  int execute(ConfigurableApplicationContext context, StopSignal stop) {
    MigrationRunner runner = context.getBean(MigrationRunner.class);
    LoadedMigration loaded = Objects.requireNonNull(migration);
    if (retry) {
      return ResultReport.print(spec.commandLine(), runner.retryQuarantine(loaded, stop));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      List<Map<String, @Nullable Object>> rows = new ArrayList<>();
      runner.quarantine(loaded, withRows, (row, content) -> rows.add(fields(row, content)));
      out.println(JsonWriter.standard().writeToString(rows));
    } else {
      print(runner, loaded, out);
    }
    out.flush();
    return ExitCode.DONE;
  }

  private void print(MigrationRunner runner, LoadedMigration loaded, PrintWriter out) {
    int[] rows = new int[1];
    runner.quarantine(
        loaded,
        withRows,
        (row, content) -> {
          rows[0]++;
          out.println(line(row) + (content == null ? "" : "  " + content));
        });
    if (rows[0] == 0) {
      spec.commandLine().getErr().println(id + ": no rows in quarantine");
    }
  }

  private static String line(QuarantinedRow row) {
    return "%s  since %s%s"
        .formatted(
            row.text(),
            row.foundAt().truncatedTo(ChronoUnit.SECONDS),
            row.tries() == 1 ? "" : ", tried %d times".formatted(row.tries()));
  }

  private static Map<String, @Nullable Object> fields(
      QuarantinedRow row, @Nullable String content) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("key", row.key().texts());
    fields.put("sqlState", row.fault().sqlState());
    fields.put("message", row.fault().message());
    fields.put("constraint", row.fault().constraint());
    fields.put("foundAt", row.foundAt().toString());
    fields.put("tries", row.tries());
    if (content != null) {
      fields.put("row", content);
    }
    return fields;
  }
}

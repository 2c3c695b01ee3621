package dev.sluice.testing;

import dev.sluice.cli.SluiceCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs commands of the program in this process, on one database and one directory. */
public final class CommandLine {

  private final TestDatabase database;
  private final Path jobs;

  public CommandLine(TestDatabase database, Path jobs) {
    this.database = database;
    this.jobs = jobs;
  }

  /**
   * How a command ended.
   *
   * @param out standard output, without the path of the directory
   * @param err standard error but for logs, likewise
   */
  public record Result(int exitCode, String out, String err) {}

  /** A command that knows {@code --jobs}. */
  public Result run(String... command) {
    List<String> args = new ArrayList<>(Arrays.asList(command));
    args.addAll(List.of("--jobs", jobs.toString()));
    return runWithoutJobs(args.toArray(new String[0]));
  }

  /** A command that does not. */
  public Result runWithoutJobs(String... command) {
    List<String> args = new ArrayList<>(Arrays.asList(command));
    args.addAll(List.of("--url", database.url()));
    args.addAll(List.of("--user", database.server().user()));
    args.add("--spring-argument=--spring.datasource.password=" + database.server().password());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        SluiceCommand.execute(
            new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(new String[0]));
    return new Result(code, shown(out), shown(err));
  }

  private String shown(StringWriter text) {
    return text.toString().replace(jobs + "/", "").replace(System.lineSeparator(), "\n");
  }
}

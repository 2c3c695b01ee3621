package dev.sluice.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command that tells what the ledger knows, of one migration or of all, and writes nothing. */
@Command(mixinStandardHelpOptions = true)
abstract class LedgerReadCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin DatabaseOptions database = new DatabaseOptions();

  @Parameters(arity = "0..1", paramLabel = "ID", description = "only this migration")
  @Nullable String id;

  /** Taken as every command takes it, so that a script may give the same options to all. */
  @Option(
      names = "--jobs",
      paramLabel = "DIR",
      description = "not needed: the ledger knows what was run, files are not read")
  @Nullable Path jobs;

  @Option(names = "--json", description = "an array of objects, for programs")
  boolean json;

  /** Prints it, and returns whether there was anything of the migration that was asked for. */
  abstract boolean print(DataSource dataSource, PrintWriter out);

  @Override
  public final Integer call() {
    try (ConfigurableApplicationContext context = database.open()) {
      PrintWriter out = spec.commandLine().getOut();
      boolean found = print(context.getBean(DataSource.class), out);
      out.flush();
      if (id != null && !found) {
        spec.commandLine().getErr().println(id + ": was never run on this database");
      }
      return ExitCode.DONE;
    }
  }
}

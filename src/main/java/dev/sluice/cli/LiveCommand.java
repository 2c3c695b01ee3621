package dev.sluice.cli;

import dev.sluice.control.CommandAnswer;
import dev.sluice.control.LiveControl;
import dev.sluice.control.StopSignal;
import dev.sluice.definition.DefinitionException;
import dev.sluice.job.MigrationRunner;
import dev.sluice.migration.MigrationId;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * A command to the process that runs a migration, wherever that is. Files are read only of a
 * migration that was never launched.
 */
@Command(mixinStandardHelpOptions = true)
abstract class LiveCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin DatabaseOptions database = new DatabaseOptions();
  @Mixin DefinitionOptions definitions = new DefinitionOptions();

  @Parameters(index = "0", paramLabel = "ID", description = "the migration: its folder's name")
  String id = "";

  /** Refuses wrong arguments, before any connection is made. */
  void prepare() {}

  /** Whether it may be given before the first launch: then the files say that there is one. */
  boolean isForLaunchesToCome() {
    return false;
  }

  abstract CommandAnswer give(LiveControl control, MigrationId id);

  @Override
  public final Integer call() {
    MigrationId wanted = DefinitionOptions.id(id);
    prepare();
    try (ConfigurableApplicationContext context = database.open()) {
      MigrationRunner runner = context.getBean(MigrationRunner.class);
      LiveControl control =
          new LiveControl(
              context.getBean(DataSource.class), new StopSignal(), runner.operatorName());
      if (isForLaunchesToCome() && control.mayRegister(wanted)) {
        registerIfThereAreFiles(runner);
      }
      return print(give(control, wanted));
    }
  }

  /**
   * One that has no files either is refused as unknown.
   *
   * @throws DefinitionException if it has, and they are wrong
   */
  private void registerIfThereAreFiles(MigrationRunner runner) {
    if (definitions.exists(id)) {
      runner.register(definitions.load(id));
    }
  }

  private int print(CommandAnswer answer) {
    PrintWriter to = answer.isRefused() ? spec.commandLine().getErr() : spec.commandLine().getOut();
    to.println(answer.message());
    to.flush();
    return switch (answer.kind()) {
      case DONE -> ExitCode.DONE;
      case REFUSED -> ExitCode.REFUSED;
      case PENDING -> ExitCode.FAILED; // not yet as it was wanted
    };
  }
}

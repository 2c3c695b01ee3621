package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.postgres.CancellableDataSource;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command that works in the database until it is over, or until a signal comes: that is a stop
 * from before Spring starts, so that no moment answers it with the JVM's own 143.
 */
@Command(mixinStandardHelpOptions = true)
abstract class DatabaseCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin DatabaseOptions database = new DatabaseOptions();
  @Mixin DefinitionOptions definitions = new DefinitionOptions();

  /** Refuses wrong options and definitions, before any connection is made. */
  abstract void prepare();

  /**
   * Does the work, and returns the exit code.
   *
   * @param context the program with its database
   */
  abstract int execute(ConfigurableApplicationContext context, StopSignal stop);

  @Override
  public final Integer call() {
    prepare();
    StopSignal stop = new StopSignal();
    try (SignalHandler signals = SignalHandler.install(stop);
        ConfigurableApplicationContext context = database.open()) {
      signals.cancelBy(context.getBean(CancellableDataSource.class)::cancelRunning);
      int code = execute(context, stop);
      signals.exitWith(code);
      return code;
    }
  }
}

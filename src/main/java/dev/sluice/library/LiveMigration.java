package dev.sluice.library;

import dev.sluice.control.CommandAnswer;
import dev.sluice.control.LiveControl;
import dev.sluice.definition.SettingsReader;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.Migrations;
import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Tuning;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A migration, wherever it runs: in this process, in another one, or in the next one that begins
 * it. Each method waits at most 5 s for the runner, and returns what it answers.
 *
 * <p>Safe for concurrent use. Refused inside a transaction, as all calls of {@link Sluice} are.
 */
public final class LiveMigration {

  private final Operations operations;
  private final Supplier<Migrations> migrations;
  private final MigrationId id;

  /**
   * @param migrations asked for a migration that was never launched
   */
  LiveMigration(Operations operations, Supplier<Migrations> migrations, MigrationId id) {
    this.operations = operations;
    this.migrations = migrations;
    this.id = id;
  }

  /**
   * Holds it back before its next chunk, with no transaction open; later launches too, until {@link
   * #resume}.
   */
  public CommandAnswer pause() {
    return give(true, control -> control.pause(id));
  }

  /** Lets it go on after a pause. */
  public CommandAnswer resume() {
    return give(false, control -> control.resume(id));
  }

  /** Ends the process that works on it, or its call, after its chunk. It can be run again. */
  public CommandAnswer stop() {
    return give(false, control -> control.stop(id));
  }

  /**
   * Changes its chunks, workers or throttle until the run is over.
   *
   * @param settings {@code chunk.rows=200} each; {@code chunk.rows=default} takes it back
   * @throws IllegalArgumentException with every problem, if a key is unknown or a value is out of
   *     its bounds
   */
  public CommandAnswer tune(String... settings) {
    LiveSettings parsed = LiveSettings.parse(List.of(settings));
    SettingsReader.over(Tuning.DEFAULT, parsed);
    return give(true, control -> control.tune(id, parsed));
  }

  /**
   * @param isForLaunchesToCome whether it may be asked of a migration that was never launched
   */
  private CommandAnswer give(
      boolean isForLaunchesToCome, Function<LiveControl, CommandAnswer> command) {
    return operations.run(
        null,
        operation -> {
          MigrationRunner runner = MigrationRunner.on(operation.dataSource());
          LiveControl control =
              new LiveControl(
                  operation.dataSource(), operation.stopSignal(), runner.operatorName());
          if (isForLaunchesToCome && control.mayRegister(id)) {
            runner.register(migrations.get().load(id));
          }
          return command.apply(control);
        });
  }
}

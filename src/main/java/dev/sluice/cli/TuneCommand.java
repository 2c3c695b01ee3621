package dev.sluice.cli;

import dev.sluice.control.CommandAnswer;
import dev.sluice.control.LiveControl;
import dev.sluice.definition.SettingsReader;
import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Tuning;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Changes how large and fast a migration's chunks are while it runs. */
@Command(
    name = "tune",
    description =
        "Changes a running migration's chunks, workers or throttle, until the run is over."
            + " 'key=default' takes one back.")
final class TuneCommand extends LiveCommand {

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "KEY=VALUE",
      description = "as in migration.yaml: chunk.rows=200 chunk.target-time=100ms workers=1")
  List<String> given = List.of();

  private LiveSettings settings = LiveSettings.NONE;

  /** Bounds are the same for every migration: no files are needed to know them. */
  @Override
  void prepare() {
    try {
      settings = LiveSettings.parse(given);
      SettingsReader.over(Tuning.DEFAULT, settings);
    } catch (IllegalArgumentException e) {
      throw new ErrorReport.UsageException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  boolean isForLaunchesToCome() {
    return true;
  }

  @Override
  CommandAnswer give(LiveControl control, MigrationId id) {
    return control.tune(id, settings);
  }
}

package dev.sluice.job;

import dev.sluice.control.UndoMethod;
import dev.sluice.control.UndoPlans;
import dev.sluice.definition.CodeDefinition;
import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Migration;
import dev.sluice.migration.Script;
import dev.sluice.monitoring.LaunchTimes;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import dev.sluice.schema.SyncRemains;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** The lines that all summaries have: what was touched, by which files, how long it took. */
final class ClosingLines {

  private final DataSource dataSource;
  private final Migration migration;

  ClosingLines(DataSource dataSource, Migration migration) {
    this.dataSource = dataSource;
    this.migration = migration;
  }

  /** In one column with {@code ok} and {@code FAILED} before a check. */
  static String labelled(String label, String text) {
    return "  %-6s %s".formatted(label, text);
  }

  /** The table and the columns that the rows have new values in. */
  static String table(DataMigration migration) {
    return labelled(
        "table",
        "%s: %s"
            .formatted(
                migration.table(),
                migration.change().writtenColumns().stream()
                    .map(Identifier::toString)
                    .collect(Collectors.joining(", "))));
  }

  /**
   * Those of the scripts that have run, and where they lie; empty: none.
   *
   * @param kinds the order
   */
  Optional<String> files(Script.Kind... kinds) {
    List<Path> files = filesThatRan(kinds);
    return files.isEmpty() ? Optional.empty() : Optional.of(files(files));
  }

  private List<Path> filesThatRan(Script.Kind... kinds) {
    Waiter nobody = duration -> {};
    ScriptRunner scripts = new ScriptRunner(dataSource, nobody, ScriptSettings.DEFAULT);
    return Stream.of(kinds)
        .flatMap(kind -> migration.script(kind).stream())
        .filter(script -> scripts.hasBegun(migration.id(), script.kind()))
        .map(Script::file)
        .toList();
  }

  /** Those of a run: the scripts, and what says how the rows change. */
  String filesOfRun(DataMigration data) {
    if (data.folder().equals(CodeDefinition.place(data.id()))) {
      return files(Script.Kind.EXPAND_UP, Script.Kind.CONSTRAIN_UP)
          .orElseGet(() -> labelled("files", "none, it is defined in code"));
    }
    List<Path> files = new ArrayList<>(filesThatRan(Script.Kind.EXPAND_UP));
    files.add(data.folder().resolve("migration.yaml"));
    if (data.change() instanceof Change.Transform transform) {
      Path source = data.folder().resolve(transform.className() + ".java");
      files.add(Files.exists(source) ? source : data.folder().resolve(transform.className()));
    }
    files.addAll(filesThatRan(Script.Kind.CONSTRAIN_UP));
    return files(files);
  }

  private static String files(List<Path> files) {
    String names =
        files.stream()
            .map(file -> String.valueOf(file.getFileName()))
            .collect(Collectors.joining(", "));
    Path folder = files.get(0).getParent();
    return labelled("files", folder == null ? names : folder + ": " + names);
  }

  /** What of ours stays at the table; empty: nothing. */
  Optional<String> sync() {
    return new SyncRemains(dataSource, duration -> {}, ScriptSettings.DEFAULT, migration.id())
        .describe()
        .map(
            trigger ->
                labelled(
                    "sync",
                    trigger.replaceFirst("^sync ", "") + " stays until cleanup or rollback"));
  }

  /** From a launch's begin to its end; the time between two launches does not count. */
  String time(String jobName, long run) {
    LaunchTimes times = LaunchTimes.read(dataSource, jobName, run);
    String last = TimeText.of(times.last());
    return labelled(
        "time",
        times.launches() <= 1
            ? last
            : "%s, with the launches before it %s (%d launches)"
                .formatted(last, TimeText.of(times.all()), times.launches()));
  }

  /** What a rollback has beside the rows: what was checked, what ran, and what can follow. */
  List<String> ofRollback(DataMigration data, long run) {
    List<String> lines = new ArrayList<>();
    lines.add(table(data));
    files(Script.Kind.CONSTRAIN_DOWN, Script.Kind.EXPAND_DOWN).ifPresent(lines::add);
    new UndoPlans(new JdbcTemplate(dataSource))
        .find(data.id(), run)
        .flatMap(UndoPlans.UndoPlan::method)
        .filter(method -> method == UndoMethod.JOURNAL || method == UndoMethod.SQL)
        .ifPresent(
            method -> lines.add(labelled("ok", "restored: no row is left that could be put back")));
    lines.add(time(data.id() + ".rollback", run));
    lines.addAll(new NextSteps(dataSource, data).afterRollback());
    return lines;
  }
}

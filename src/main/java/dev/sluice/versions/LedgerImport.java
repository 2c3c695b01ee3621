package dev.sluice.versions;

import dev.sluice.control.RunState;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.Outcome;
import dev.sluice.job.RunResult;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.schema.ScriptRunner;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes over into the ledger what another tool's table says was applied. Runs nothing, and leaves
 * that table as it is. A second time it changes nothing.
 */
final class LedgerImport {

  private final Settlement settlement;
  private final ScriptRunner scripts;

  LedgerImport(Settlement settlement, ScriptRunner scripts) {
    this.settlement = settlement;
    this.scripts = scripts;
  }

  Walk run(ForeignLedger from, List<LoadedMigration> files) {
    if (from.dirty()) {
      return refused(
          "table %s says that %s stopped in its middle (dirty). Settle that with the tool that wrote it, then import."
              .formatted(from.table(), from.current()));
    }
    List<LoadedMigration> applied =
        files.stream()
            .filter(file -> file.migration() instanceof SchemaMigration schema && schema.isFlat())
            .filter(file -> from.isApplied(file.id().number()))
            .toList();
    if (applied.isEmpty() && !from.named().isEmpty()) {
      return refused(
          "table %s names %s, and none of the flat files here has such a number. Give their directory with --jobs."
              .formatted(from.table(), listed(from.named())));
    }
    List<RunResult> results = new ArrayList<>();
    for (LoadedMigration file : applied) {
      RunResult result = take(from, file);
      results.add(result);
      if (result.outcome() == Outcome.BUSY) {
        return new Walk(Outcome.BUSY, results, "ended at %s".formatted(file.id()));
      }
    }
    return new Walk(Outcome.COMPLETED, results, summary(from, files, results));
  }

  private RunResult take(ForeignLedger from, LoadedMigration file) {
    return settlement.under(
        file,
        (lock, entry) -> {
          MigrationId id = file.id();
          if (entry.state() != RunState.PENDING) {
            return RunResult.of(
                id,
                Outcome.ALREADY_COMPLETED,
                "%s: is %s here, and stays so".formatted(id, entry.state().label()));
          }
          Force.assumeApplied(file.migration(), scripts);
          settlement.over(
              lock,
              () ->
                  settlement
                      .ledger()
                      .imported(
                          lock.epoch(),
                          file.migration(),
                          from.appliedAt(id.number()).orElse(null),
                          "as table %s says".formatted(from.table())));
          return RunResult.of(id, Outcome.COMPLETED, "%s: imported as completed".formatted(id));
        });
  }

  private static String summary(
      ForeignLedger from, List<LoadedMigration> files, List<RunResult> results) {
    long imported =
        results.stream().filter(result -> result.outcome() == Outcome.COMPLETED).count();
    Set<BigInteger> here =
        files.stream().map(file -> file.id().number()).collect(Collectors.toSet());
    List<BigInteger> missing =
        from.named().stream().filter(number -> !here.contains(number)).toList();
    return "%d imported from %s, %d were here before, %d are not applied%s"
        .formatted(
            imported,
            from.table(),
            results.size() - imported,
            files.size() - results.size(),
            missing.isEmpty()
                ? ""
                : "; it also names %s, of which there are no files here"
                    .formatted(listed(missing)));
  }

  private static String listed(List<BigInteger> numbers) {
    int shown = Math.min(numbers.size(), 20);
    return numbers.subList(0, shown).stream()
            .map(Object::toString)
            .collect(Collectors.joining(", "))
        + (shown < numbers.size() ? " and %d more".formatted(numbers.size() - shown) : "");
  }

  private static Walk refused(String message) {
    return new Walk(Outcome.REFUSED, List.of(), message);
  }
}

package dev.sluice.versions;

import dev.sluice.control.Event;
import dev.sluice.control.History;
import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerLock;
import dev.sluice.control.RunState;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.job.ChangedMigration;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.Migrations;
import dev.sluice.job.Outcome;
import dev.sluice.job.RunResult;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Takes a database from version to version. Each migration is launched as by itself, and the first
 * one that does not succeed ends the way; the next call goes on there.
 *
 * <p>All files are read before anything runs: a wrong one, or an applied one that has changed,
 * refuses the way as a whole.
 */
public final class Versions {

  private final DataSource dataSource;
  private final MigrationRunner runner;
  private final Migrations migrations;
  private final StopSignal stop;

  public Versions(
      DataSource dataSource, MigrationRunner runner, Migrations migrations, StopSignal stop) {
    this.dataSource = dataSource;
    this.runner = runner;
    this.migrations = migrations;
    this.stop = stop;
  }

  /** Reads files and ledger. Changes nothing. */
  public VersionList list() {
    return list(migrations.loadAll());
  }

  private VersionList list(List<LoadedMigration> files) {
    return VersionList.of(
        files,
        new SluiceSchema(dataSource).exists()
            ? new Ledger(new JdbcTemplate(dataSource)).all()
            : List.of());
  }

  /**
   * What became of the migrations, the first event first.
   *
   * @param id null: of all
   */
  public List<Event> history(@Nullable MigrationId id) {
    return new SluiceSchema(dataSource).hasHistory()
        ? new History(new JdbcTemplate(dataSource)).events(id)
        : List.of();
  }

  /**
   * Runs what is not applied, in order.
   *
   * @param max how many at most, from 1
   */
  public Walk up(int max, WalkListener listener) {
    return walk(listener, versions -> up(versions.toApply().stream().limit(max).toList()));
  }

  /** Runs what is not applied up to this one, and what that depends on. */
  public Walk upTo(MigrationId id, WalkListener listener) {
    return walk(listener, versions -> up(versions.toApplyUpTo(id)));
  }

  /**
   * Takes back what was begun last, in the reverse order.
   *
   * @param max how many at most, from 1
   */
  public Walk down(int max, WalkListener listener) {
    return walk(listener, versions -> down(versions.toTakeBack().stream().limit(max).toList()));
  }

  /** Takes back what is above this one, then runs what is not applied up to it. */
  public Walk goTo(MigrationId id, WalkListener listener) {
    return walk(
        listener,
        versions ->
            Stream.concat(
                    down(versions.toTakeBackAbove(id)).stream(),
                    up(versions.toApplyUpTo(id)).stream())
                .toList());
  }

  /**
   * Sets a migration's state without running anything.
   *
   * @param state one that {@link RunState#mayBeForced}
   * @param discardJournal whether old values may be forgotten where it begins anew
   */
  public RunResult force(MigrationId id, RunState state, boolean discardJournal) {
    return settling(
        id,
        (settlement, files) ->
            new Force(settlement, scripts(), dataSource, stop, discardJournal).run(files, state));
  }

  /**
   * Examines a migration that did not end well. Runs none of its statements.
   *
   * @param acceptChanges whether files that have changed since they were applied are taken for
   *     those that ran
   */
  public RunResult repair(MigrationId id, boolean acceptChanges) {
    return settling(
        id, (settlement, files) -> new Repair(settlement, scripts()).run(files, acceptChanges));
  }

  /** The same for all that need it; empty: none does. */
  public List<RunResult> repairAll(boolean acceptChanges) {
    return list().all().stream()
        .filter(version -> version.files() != null)
        .filter(version -> version.isUnfinished() || version.hasChanged())
        .map(version -> repair(version.id(), acceptChanges))
        .toList();
  }

  /**
   * Takes over what another tool's table says was applied.
   *
   * @param table null: whichever of the usual ones is there
   */
  public Walk importFrom(@Nullable TableName table) {
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    List<TableName> names = table == null ? ForeignLedger.USUAL : List.of(table);
    try {
      List<ForeignLedger> found =
          names.stream().flatMap(name -> ForeignLedger.read(name, jdbc).stream()).toList();
      if (found.size() != 1) {
        return notBegun(Outcome.REFUSED, ForeignLedger.notOne(names, found));
      }
      Settlement settlement = new Settlement(dataSource, runner.processName());
      settlement.upgrade(stop);
      return new LedgerImport(settlement, scripts()).run(found.get(0), migrations.loadAll());
    } catch (ForeignLedger.UnknownFormException e) {
      return notBegun(Outcome.REFUSED, String.valueOf(e.getMessage()));
    } catch (SluiceSchema.SchemaBusyException e) {
      return notBegun(Outcome.BUSY, String.valueOf(e.getMessage()));
    } catch (Waiter.StoppedException e) {
      return notBegun(Outcome.STOPPED, "stopped before anything was taken over");
    }
  }

  private RunResult settling(
      MigrationId id, BiFunction<Settlement, LoadedMigration, RunResult> action) {
    Optional<LoadedMigration> files =
        migrations.loadAll().stream().filter(file -> file.id().equals(id)).findFirst();
    if (files.isEmpty()) {
      return RunResult.of(
          id,
          Outcome.REFUSED,
          "%s: has no files in this directory, which say what there is to settle. Put them back."
              .formatted(id));
    }
    Settlement settlement = new Settlement(dataSource, runner.processName());
    try {
      settlement.upgrade(stop);
      return action.apply(settlement, files.get());
    } catch (SluiceSchema.SchemaBusyException e) {
      return RunResult.of(id, Outcome.BUSY, id + ": " + e.getMessage());
    } catch (Waiter.StoppedException e) {
      return RunResult.of(id, Outcome.STOPPED, id + ": stopped before anything was settled");
    }
  }

  private ScriptRunner scripts() {
    return new ScriptRunner(dataSource, stop, ScriptSettings.DEFAULT);
  }

  /** One migration on the way. */
  private record Leg(Version version, Function<LoadedMigration, RunResult> launch) {}

  private List<Leg> up(List<Version> versions) {
    return versions.stream()
        .map(version -> new Leg(version, files -> runner.run(files, stop)))
        .toList();
  }

  private List<Leg> down(List<Version> versions) {
    return versions.stream()
        .map(version -> new Leg(version, files -> runner.rollback(files, false, stop)))
        .toList();
  }

  private Walk walk(WalkListener listener, Function<VersionList, List<Leg>> plan) {
    List<LoadedMigration> files = migrations.loadAll();
    try {
      new SluiceSchema(dataSource).upgrade(stop);
      Optional<LedgerLock> lock = LedgerLock.tryTake(dataSource);
      if (lock.isEmpty()) {
        return notBegun(
            Outcome.BUSY,
            "another process goes up or down: "
                + LedgerLock.holder(dataSource).orElse("a session that has just ended"));
      }
      try {
        return walk(listener, list(files), plan);
      } finally {
        lock.get().close();
      }
    } catch (SluiceSchema.SchemaBusyException e) {
      return notBegun(Outcome.BUSY, String.valueOf(e.getMessage()));
    } catch (Waiter.StoppedException e) {
      return notBegun(Outcome.STOPPED, "stopped before the first migration");
    }
  }

  private Walk walk(
      WalkListener listener, VersionList versions, Function<VersionList, List<Leg>> plan) {
    List<String> changed = versions.changed().stream().map(Versions::changed).toList();
    if (!changed.isEmpty()) {
      return notBegun(Outcome.REFUSED, String.join("\n", changed));
    }
    versions.notes().forEach(listener::note);
    List<RunResult> results = new ArrayList<>();
    List<Leg> legs = plan.apply(versions);
    for (Leg leg : legs) {
      RunResult result = launch(leg, listener);
      results.add(result);
      listener.ended(result);
      if (!isDone(result.outcome())) {
        return new Walk(result.outcome(), results, standing(leg, legs.size(), results.size()));
      }
    }
    return new Walk(
        results.isEmpty() ? Outcome.ALREADY_COMPLETED : results.get(results.size() - 1).outcome(),
        results,
        results.isEmpty() ? "nothing to do, " + at() : "done, " + at());
  }

  private static String changed(Version version) {
    return new ChangedMigration(
            Objects.requireNonNull(version.entry()),
            Objects.requireNonNull(version.files()).migration())
        .toString();
  }

  private RunResult launch(Leg leg, WalkListener listener) {
    Version version = leg.version();
    if (version.files() == null) {
      return RunResult.of(
          version.id(),
          Outcome.REFUSED,
          "%s: has no files in this directory, so nobody knows how to take it back. Put them back."
              .formatted(version.id()));
    }
    listener.begins(version.id());
    return leg.launch().apply(version.files());
  }

  /** Rows that a person must look at end the way too, so that nobody goes past them unseen. */
  private static boolean isDone(Outcome outcome) {
    return switch (outcome) {
      case COMPLETED, ALREADY_COMPLETED, ROLLED_BACK -> true;
      case COMPLETED_WITH_QUARANTINE,
          HELD_BY_QUARANTINE,
          REFUSED,
          STOPPED,
          FAILED,
          HALF_APPLIED,
          VERIFICATION_FAILED,
          BUSY,
          ROLLED_BACK_WITH_CONFLICTS,
          FAILED_AND_ROLLED_BACK ->
          false;
    };
  }

  private String standing(Leg leg, int all, int begun) {
    return "ended at %s, %d of %d not begun, %s"
        .formatted(leg.version().id(), all - begun, all, at());
  }

  private String at() {
    return list(List.of())
        .current()
        .map(version -> "now at " + version.id())
        .orElse("no migration is applied");
  }

  private static Walk notBegun(Outcome outcome, String message) {
    return new Walk(outcome, List.of(), message);
  }
}

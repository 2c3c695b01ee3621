package dev.sluice.library;

import dev.sluice.control.Event;
import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.QuarantinedRow;
import dev.sluice.control.RunState;
import dev.sluice.control.SluiceSchema;
import dev.sluice.job.FolderMigrations;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.Migrations;
import dev.sluice.job.RunOptions;
import dev.sluice.job.RunResult;
import dev.sluice.migration.MigrationId;
import dev.sluice.monitoring.Progress;
import dev.sluice.monitoring.ProgressReader;
import dev.sluice.postgres.ConnectionPool;
import dev.sluice.versions.VersionList;
import dev.sluice.versions.Versions;
import dev.sluice.versions.Walk;
import dev.sluice.versions.WalkListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Sluice inside an application: what the command line does, as methods.
 *
 * <pre>{@code
 * try (Sluice sluice = Sluice.using(dataSource).jobs(Path.of("jobs"))) {
 *   RunResult result = sluice.run("0001_split_full_name");
 * }
 * }</pre>
 *
 * <p><b>Connections.</b> Each call opens connections of its own, to where the given data source
 * leads and as the same role, and closes them at its end: at most one a worker and eight more. None
 * is taken from the application's pool, none of its connections is ever changed, and between calls
 * none is held. {@link ConnectionPool#beside} says which data sources can be read so.
 *
 * <p><b>Transactions.</b> A call inside a transaction of the application is refused: the run would
 * wait for the rows that it has locked, and it for the run.
 *
 * <p><b>Results and errors.</b> How a launch ended is a {@link RunResult}, whatever it is; its
 * message is what the command line would print. Exceptions are for what no operator can cause: a
 * wrong id ({@link IllegalArgumentException}), a wrong definition ({@link
 * dev.sluice.definition.DefinitionException}), a call inside a transaction or after {@link #close}
 * ({@link IllegalStateException}), a bug of Sluice (the same, with its cause). Methods that only
 * read throw Spring's {@link org.springframework.dao.DataAccessException} if the database does not
 * answer; launches end as failed then, after the definition's retries.
 *
 * <p><b>Threads.</b> Safe for concurrent use. A method returns when its work is over, which may be
 * in hours. One migration has one runner, in all processes: a second one is told that it is busy.
 * An interrupt of the calling thread is a stop. The methods that say what there is return another
 * object and leave this one as it is; closing one closes all that came from the same {@link
 * #using}.
 */
public final class Sluice implements AutoCloseable {

  private static final Path PLUGINS = Path.of("plugins");

  private final Operations operations;
  private final @Nullable Path jobs;
  private final Path plugins;
  private final List<LoadedMigration> inCode;

  private Sluice(
      Operations operations, @Nullable Path jobs, Path plugins, List<LoadedMigration> inCode) {
    this.operations = operations;
    this.jobs = jobs;
    this.plugins = plugins;
    this.inCode = inCode;
  }

  /**
   * Connects to nothing yet.
   *
   * @param dataSource the application's own, which stays open and as it is
   * @throws IllegalArgumentException if it does not tell where it connects, see {@link
   *     ConnectionPool#beside}
   */
  public static Sluice using(DataSource dataSource) {
    ConnectionPool.beside(dataSource).close(); // what it refuses is refused now
    return new Sluice(new Operations(dataSource), null, PLUGINS, List.of());
  }

  /**
   * With the migrations of this directory, which is read anew at each call. Without it there are
   * those in code only.
   */
  public Sluice jobs(Path directory) {
    return new Sluice(operations, directory, plugins, inCode);
  }

  /** With transforms from the jars of this directory; it may be missing. Else {@code plugins}. */
  public Sluice plugins(Path directory) {
    return new Sluice(operations, jobs, directory, inCode);
  }

  /** With these and no others in code, see {@link CodeMigrations}. */
  public Sluice migrations(LoadedMigration... migrations) {
    return migrations(List.of(migrations));
  }

  /** With these and no others in code, see {@link CodeMigrations}. */
  public Sluice migrations(Collection<LoadedMigration> migrations) {
    return new Sluice(operations, jobs, plugins, List.copyOf(migrations));
  }

  /** Starts a migration, or goes on from its last chunk. A completed one says so. */
  public RunResult run(String id) {
    return run(id, RunOptions.NONE);
  }

  /** The same with other tuning than the definition's, for this launch. */
  public RunResult run(String id, RunOptions options) {
    return launch(
        id,
        migration -> {
          LoadedMigration tuned = options.applyTo(migration);
          return operation -> runner(operation).run(tuned, operation.stopSignal());
        });
  }

  /** Says what a run would do and what speaks against it. Changes nothing. */
  public RunResult dryRun(String id) {
    return launch(
        id, migration -> operation -> runner(operation).dryRun(migration, operation.stopSignal()));
  }

  /** Checks a migration's result again, and stores the certificate. Changes no row. */
  public RunResult verify(String id) {
    return launch(
        id, migration -> operation -> runner(operation).verify(migration, operation.stopSignal()));
  }

  /**
   * The rows of the last run that are set aside, at most {@value
   * dev.sluice.migration.Tuning#SKIP_MAX}. Changes none.
   */
  public List<QuarantinedRow> quarantine(String id) {
    MigrationId wanted = new MigrationId(id);
    LoadedMigration migration = migrations().load(wanted);
    return operations.run(
        wanted,
        operation -> {
          List<QuarantinedRow> rows = new ArrayList<>();
          runner(operation).quarantine(migration, false, (row, content) -> rows.add(row));
          return rows;
        });
  }

  /** Tries the rows again that are set aside; those that pass are so no longer. */
  public RunResult retryQuarantine(String id) {
    return launch(
        id,
        migration ->
            operation -> runner(operation).retryQuarantine(migration, operation.stopSignal()));
  }

  /** Takes the last run back; rows that the application has written since stay as they are. */
  public RunResult rollback(String id) {
    return rollback(id, false);
  }

  /**
   * Takes the last run back.
   *
   * @param discardChanges whether values that the application wrote may go with columns that the
   *     run had added
   */
  public RunResult rollback(String id, boolean discardChanges) {
    return launch(
        id,
        migration ->
            operation ->
                runner(operation).rollback(migration, discardChanges, operation.stopSignal()));
  }

  /** Says what {@link #rollback(String)} would do and what speaks against it. Changes nothing. */
  public RunResult rollbackDryRun(String id) {
    return launch(
        id,
        migration ->
            operation ->
                runner(operation).dryRunRollback(migration, false, operation.stopSignal()));
  }

  /**
   * Drops the old side of a completed migration, and with it the way back.
   *
   * @param confirm the id once more; else it is refused
   */
  public RunResult cleanup(String id, String confirm) {
    return launch(
        id,
        migration ->
            operation -> runner(operation).cleanup(migration, confirm, operation.stopSignal()));
  }

  /** Says what a cleanup would drop, from when on it may, and what speaks against it. */
  public RunResult cleanupDryRun(String id) {
    return launch(
        id,
        migration ->
            operation -> runner(operation).cleanupDryRun(migration, operation.stopSignal()));
  }

  /** Where a migration stands; empty: it was never run on this database. Writes nothing. */
  public Optional<Progress> status(String id) {
    MigrationId wanted = new MigrationId(id);
    return operations
        .run(
            wanted,
            operation -> progress(operation, ledger -> ledger.find(wanted).stream().toList()))
        .stream()
        .findFirst();
  }

  /** Where each migration stands that was ever run on this database. Writes nothing. */
  public List<Progress> status() {
    return operations.run(null, operation -> progress(operation, Ledger::all));
  }

  private static List<Progress> progress(
      Operation operation, Function<Ledger, List<LedgerEntry>> entries) {
    DataSource dataSource = operation.dataSource();
    if (!new SluiceSchema(dataSource).exists()) {
      return List.of();
    }
    new SluiceSchema(dataSource).requireCurrent();
    ProgressReader reader = new ProgressReader(dataSource);
    return entries.apply(new Ledger(new JdbcTemplate(dataSource))).stream()
        .map(reader::read)
        .toList();
  }

  /** Runs all that is not applied, in order. The first that does not succeed ends it. */
  public Walk up() {
    return up(Integer.MAX_VALUE);
  }

  /**
   * Runs what is not applied, in order.
   *
   * @param max how many at most, from 1
   */
  public Walk up(int max) {
    requireSome(max);
    return versions(versions -> versions.up(max, new WalkListener() {}));
  }

  /**
   * Runs what is not applied up to this one, and what that depends on.
   *
   * @param to an id, or its number
   */
  public Walk upTo(String to) {
    return versions(versions -> versions.upTo(known(versions.list(), to), new WalkListener() {}));
  }

  /**
   * Takes back what was begun last, in the reverse order.
   *
   * @param max how many at most, from 1
   */
  public Walk down(int max) {
    requireSome(max);
    return versions(versions -> versions.down(max, new WalkListener() {}));
  }

  /**
   * Takes back what is above this one, then runs what is not applied up to it.
   *
   * @param to an id, or its number
   */
  public Walk goTo(String to) {
    return versions(versions -> versions.goTo(known(versions.list(), to), new WalkListener() {}));
  }

  /** All migrations that files, code or the ledger know. Writes nothing. */
  public VersionList versions() {
    return versions(versions -> versions.list());
  }

  /** What became of the migrations, the first event first. Writes nothing. */
  public List<Event> history() {
    return versions(versions -> versions.history(null));
  }

  /**
   * Sets a migration's state without running anything, because the caller knows what is there.
   *
   * @param id an id, or its number
   * @param discardJournal whether old values may be forgotten where it is to begin anew
   */
  public RunResult force(String id, RunState state, boolean discardJournal) {
    return versions(versions -> versions.force(known(versions.list(), id), state, discardJournal));
  }

  /**
   * Examines all that did not end well, and makes it ready to go on. Runs none of it.
   *
   * @param acceptChanges whether files that have changed since are taken for those that ran
   */
  public List<RunResult> repair(boolean acceptChanges) {
    return versions(versions -> versions.repairAll(acceptChanges));
  }

  /** Takes over what the table of golang-migrate, goose, dbmate or Rails says was applied. */
  public Walk importLedger() {
    return versions(versions -> versions.importFrom(null));
  }

  /** Steers whatever process runs a migration: pause, resume, stop, tune. Connects to nothing. */
  public LiveMigration live(String id) {
    return new LiveMigration(operations, this::migrations, new MigrationId(id));
  }

  /**
   * Stops what this object runs of a migration, from another thread, and waits for its end: workers
   * end their chunk, and a statement that lasts longer is cancelled. It can be run again, and goes
   * on.
   *
   * @return whether there was something to stop
   */
  public boolean stop(String id) {
    MigrationId wanted = new MigrationId(id);
    return operations.stop(operation -> operation.isOf(wanted));
  }

  /** Stops all that this object runs, as {@link #stop(String)} does. */
  public boolean stop() {
    return operations.stop(operation -> true);
  }

  /**
   * Stops all that runs, waits for its end, and refuses every further call. The application's data
   * source stays open.
   */
  @Override
  public void close() {
    operations.close();
  }

  private static void requireSome(int max) {
    if (max < 1) {
      throw new IllegalArgumentException("max must be 1 or more, got " + max);
    }
  }

  private static MigrationId known(VersionList versions, String name) {
    return versions
        .find(name)
        .orElseThrow(() -> new IllegalArgumentException(versions.unknown(name)))
        .id();
  }

  private <T> T versions(Function<Versions, T> work) {
    Migrations all = migrations();
    return operations.run(
        null,
        operation ->
            work.apply(
                new Versions(
                    operation.dataSource(), runner(operation), all, operation.stopSignal())));
  }

  /** Definitions are read before anything connects. */
  private RunResult launch(
      String id, Function<LoadedMigration, Function<Operation, RunResult>> work) {
    MigrationId wanted = new MigrationId(id);
    RunResult result = operations.run(wanted, work.apply(migrations().load(wanted)));
    if (result.bug() != null) {
      throw new IllegalStateException(result.message(), result.bug());
    }
    return result;
  }

  private Migrations migrations() {
    return new FolderMigrations(jobs, plugins, inCode);
  }

  private static MigrationRunner runner(Operation operation) {
    return MigrationRunner.on(operation.dataSource());
  }
}

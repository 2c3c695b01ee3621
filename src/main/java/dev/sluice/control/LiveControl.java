package dev.sluice.control;

import dev.sluice.control.Command.Kind;
import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Asks the runner of a migration, wherever it runs, to pause, to go on, to stop, or to go by other
 * tuning; and says what came of it.
 *
 * <p>Needs neither the migration's files nor its runner lock, and changes nothing but the table of
 * commands and the history. Safe for concurrent use.
 */
public final class LiveControl {

  /** A chunk takes less than a second; what takes longer is told so. */
  private static final Duration OBEYED_MAX = Duration.ofSeconds(5);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private static final String NO_RUNNER = "No process runs it: ";

  private final DataSource dataSource;
  private final Commands commands;
  private final Ledger ledger;
  private final Waiter waiter;
  private final String by;
  private final LongSupplier nanos;

  /**
   * @param waiter waited with for the runner
   * @param by operating system user, process and host
   */
  public LiveControl(DataSource dataSource, Waiter waiter, String by) {
    this(dataSource, waiter, by, System::nanoTime);
  }

  LiveControl(DataSource dataSource, Waiter waiter, String by, LongSupplier nanos) {
    this.nanos = nanos;
    this.dataSource = dataSource;
    this.commands = new Commands(dataSource);
    this.ledger = new Ledger(new JdbcTemplate(dataSource));
    this.waiter = waiter;
    this.by = by;
  }

  /**
   * Whether the ledger does not know the migration, and is there: it is refused unless it is
   * registered first. Where there is no ledger it is refused anyway.
   */
  public boolean mayRegister(MigrationId id) {
    return new SluiceSchema(dataSource).exists() && find(id).isEmpty();
  }

  private Optional<LedgerEntry> find(MigrationId id) {
    SluiceSchema schema = new SluiceSchema(dataSource);
    if (!schema.exists()) {
      return Optional.empty();
    }
    schema.requireCurrent();
    return ledger.find(id);
  }

  /** Holds back the runner before its next chunk, and all later ones, until {@link #resume}. */
  public CommandAnswer pause(MigrationId id) {
    return find(id).map(this::pause).orElseGet(() -> unknown(id));
  }

  private CommandAnswer pause(LedgerEntry entry) {
    MigrationId id = entry.id();
    boolean isRun = isRun(id);
    Optional<String> against = against(entry, isRun, "pause");
    if (against.isPresent()) {
      return CommandAnswer.refused(id, against.get());
    }
    Optional<Command> holding = commands.pause(id);
    if (holding.isPresent()) {
      return CommandAnswer.done(
          id, "is %s already; 'resume %s' goes on".formatted(holding.get().asPause(), id));
    }
    Optional<Command> given = give(entry, Kind.PAUSE, LiveSettings.NONE);
    if (given.isEmpty()) {
      return isOver(id, "pause");
    }
    if (!isRun) {
      return CommandAnswer.done(
          id, "paused. %sthe next one waits until 'resume %s'".formatted(NO_RUNNER, id));
    }
    Command now = awaitAnswer(given.get());
    if (now.isObeyed()) {
      return CommandAnswer.done(id, "%s; 'resume %s' goes on".formatted(now.answer(), id));
    }
    return now.answer() != null
        ? CommandAnswer.done(id, now.answer())
        : CommandAnswer.pending(
            id,
            "told to pause. What it does now cannot be held, as an index that is built, and goes"
                + " to its end first; 'status %s' says when it waits".formatted(id));
  }

  private Optional<Command> give(LedgerEntry entry, Kind kind, LiveSettings settings) {
    return commands.give(entry, kind, settings, by, isCaughtUp(entry));
  }

  /** Whether there are catch-ups to come. */
  private boolean isCaughtUp(LedgerEntry entry) {
    return entry.state() == RunState.COMPLETED
        && new CapturedEntries(new JdbcTemplate(dataSource)).isKept(entry.id());
  }

  /** It was over a moment after it was looked at. */
  private CommandAnswer isOver(MigrationId id, String verb) {
    String state = find(id).map(LedgerEntry::state).orElse(RunState.COMPLETED).label();
    return CommandAnswer.refused(id, "is %s, there is nothing to %s.".formatted(state, verb));
  }

  /** Ends a pause. */
  public CommandAnswer resume(MigrationId id) {
    return find(id).map(this::resume).orElseGet(() -> unknown(id));
  }

  private CommandAnswer resume(LedgerEntry entry) {
    MigrationId id = entry.id();
    boolean isRun = isRun(id);
    if (commands.pause(id).isEmpty()) {
      return against(entry, isRun, "resume")
          .map(why -> CommandAnswer.refused(id, why))
          .orElseGet(() -> CommandAnswer.done(id, "is not paused, nothing to do"));
    }
    Command given = give(entry, Kind.RESUME, LiveSettings.NONE).orElseThrow();
    if (!isRun) {
      return CommandAnswer.done(
          id, "is no longer paused. %s'run %s' goes on".formatted(NO_RUNNER, id));
    }
    return answered(awaitAnswer(given));
  }

  /** Stops the runner of this moment, and no later one. */
  public CommandAnswer stop(MigrationId id) {
    return find(id).map(this::stop).orElseGet(() -> unknown(id));
  }

  /**
   * A process that launches it again by itself holds no lock in between: it reads what was recorded
   * then, and any other one refuses it.
   */
  private CommandAnswer stop(LedgerEntry entry) {
    MigrationId id = entry.id();
    boolean isRun = isRun(id);
    if (!isRun && !mayBeLaunchedAgain(entry)) {
      return CommandAnswer.done(id, "no process runs it, there is nothing to stop");
    }
    Command given = give(entry, Kind.STOP, LiveSettings.NONE).orElseThrow();
    if (!isRun) {
      return CommandAnswer.done(
          id,
          "no process runs it at this moment; one that is about to launch it again by itself stops"
              + " instead");
    }
    await(() -> !isRun(id) || isAnsweredInAnotherLaunch(given));
    return stopped(entry, commands.read(given.number()));
  }

  private CommandAnswer stopped(LedgerEntry before, Command stop) {
    MigrationId id = before.id();
    LedgerEntry now = ledger.find(id).orElse(before);
    boolean isRun = isRun(id);
    if (stop.isObeyed() && isRun && now.epoch() == before.epoch()) {
      return CommandAnswer.pending(id, "stops; what it does now is cancelled once a second");
    }
    if (isRun && stop.answer() == null) {
      return CommandAnswer.pending(id, notYet(id));
    }
    if (!isRun && stop.answer() == null && mayBeLaunchedAgain(now)) {
      return CommandAnswer.done(
          id, "its launch ended before it read this; one that follows by itself stops");
    }
    boolean isOver = now.state().isOver() && !before.state().isOver();
    return CommandAnswer.done(
        id,
        stop.isObeyed() && !isOver
            ? "stopped after its last chunk; the command that ran goes on there"
            : "ended by itself before it was stopped");
  }

  private boolean mayBeLaunchedAgain(LedgerEntry entry) {
    return switch (entry.state()) {
      case RUNNING, PAUSED, FAILED, DIRTY, ROLLING_BACK, CLEANING -> true;
      case COMPLETED -> isCaughtUp(entry);
      case PENDING, STOPPED, ROLLED_BACK, CLEANED -> false;
    };
  }

  private boolean isAnsweredInAnotherLaunch(Command stop) {
    return commands.read(stop.number()).answer() != null
        && ledger.find(stop.id()).filter(now -> now.epoch() == stop.epoch()).isEmpty();
  }

  /**
   * Has the runner go by other tuning, from the next chunk on and until the run is over.
   *
   * @param settings checked already, as the runner will check them again
   */
  public CommandAnswer tune(MigrationId id, LiveSettings settings) {
    return find(id).map(entry -> tune(entry, settings)).orElseGet(() -> unknown(id));
  }

  private CommandAnswer tune(LedgerEntry entry, LiveSettings settings) {
    MigrationId id = entry.id();
    boolean isRun = isRun(id);
    Optional<String> against = against(entry, isRun, "tune");
    if (against.isPresent()) {
      return CommandAnswer.refused(id, against.get());
    }
    Optional<Command> given = give(entry, Kind.TUNE, settings);
    if (given.isEmpty()) {
      return isOver(id, "tune");
    }
    if (!isRun) {
      return CommandAnswer.done(
          id, "tuned. %sthe next one begins with %s".formatted(NO_RUNNER, settings));
    }
    Command now = awaitAnswer(given.get());
    return now.answer() != null && !now.isObeyed()
        ? CommandAnswer.refused(id, now.answer())
        : answered(now);
  }

  private static CommandAnswer answered(Command now) {
    return now.answer() == null
        ? CommandAnswer.pending(now.id(), notYet(now.id()))
        : CommandAnswer.done(now.id(), now.answer());
  }

  private CommandAnswer unknown(MigrationId id) {
    SluiceSchema schema = new SluiceSchema(dataSource);
    if (!schema.exists()) {
      return CommandAnswer.refused(
          id,
          ("%s has no schema sluice, nothing was ever run there. If it is the right database, begin"
                  + " with 'run %s'; else give the --url of the right one.")
              .formatted(schema.place(), id));
    }
    return CommandAnswer.refused(
        id, "was never run on this database. 'status' lists the migrations that were.");
  }

  /** Why nothing can be asked of a runner in this state; empty: it can. */
  private Optional<String> against(LedgerEntry entry, boolean isRun, String verb) {
    MigrationId id = entry.id();
    return switch (entry.state()) {
      case PENDING, RUNNING, PAUSED, STOPPED, FAILED, DIRTY, ROLLING_BACK, ROLLED_BACK ->
          Optional.empty();
      case COMPLETED ->
          isRun || isCaughtUp(entry)
              ? Optional.empty()
              : Optional.of("is completed, there is nothing to %s.".formatted(verb));
      case CLEANING ->
          Optional.of(
              ("is being cleaned up, which is over in moments and cannot be held. 'stop %s' ends it"
                      + " before what it drops next.")
                  .formatted(id));
      case CLEANED -> Optional.of("is cleaned up, there is nothing to %s.".formatted(verb));
    };
  }

  private boolean isRun(MigrationId id) {
    return RunnerLock.holder(dataSource, id).isPresent();
  }

  /** The command with the runner's answer, or without one within the time that it may take. */
  private Command awaitAnswer(Command given) {
    await(() -> commands.read(given.number()).answer() != null);
    return commands.read(given.number());
  }

  /** Returns when it is so, or when it has taken too long, the queries included. */
  private void await(BooleanSupplier isSo) {
    long begun = nanos.getAsLong();
    while (!isSo.getAsBoolean() && nanos.getAsLong() - begun < OBEYED_MAX.toNanos()) {
      waiter.await(LOOK_AGAIN);
    }
  }

  private static String notYet(MigrationId id) {
    return "recorded; its process has not answered within %d s. 'status %s' says what it does"
        .formatted(OBEYED_MAX.toSeconds(), id);
  }
}

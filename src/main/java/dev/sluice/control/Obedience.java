package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what operators ask of one launch. Used by one thread; whatever fails is asked for again.
 *
 * <p>Of a pause and a resume the one that was given last holds, in whatever order they are read: a
 * transaction that took its number first may commit second.
 */
final class Obedience {

  private static final Logger log = LoggerFactory.getLogger(Obedience.class);

  private final Commands commands;
  private final Ledger ledger;
  private final Epoch epoch;
  private final long firstEpoch;
  private final String runner;
  private final StopSignal stop;
  private final PauseGate gate;
  private final Steered steered;
  private Tunes tunes = new Tunes();

  /** Of the last pause or resume that was read. */
  private long lastHold;

  private boolean pauseIsNoted;

  /**
   * @param firstEpoch of the first launch of the same command: a stop of any since is for this one
   * @param runner this process and its host
   */
  Obedience(
      CommandWatch.Tables tables,
      Epoch epoch,
      long firstEpoch,
      String runner,
      StopSignal stop,
      PauseGate gate,
      Steered steered) {
    this.commands = tables.commands();
    this.ledger = tables.ledger();
    this.epoch = epoch;
    this.firstEpoch = firstEpoch;
    this.runner = runner;
    this.stop = stop;
    this.gate = gate;
    this.steered = steered;
  }

  private MigrationId id() {
    return epoch.id();
  }

  /** What holds from before the launch. */
  void begin() {
    List<Command> tuned = commands.tunes(id());
    if (!tuned.isEmpty() && !takesOver(tuned)) {
      tuned.forEach(this::tune);
    }
    commands.lastHold(id()).ifPresent(this::holdFromBefore);
  }

  /**
   * All at once, as there may be many; false: one of them cannot be, and nothing was taken over.
   */
  private boolean takesOver(List<Command> tuned) {
    Tunes all = tuned.stream().reduce(tunes, Tunes::with, (one, other) -> other);
    try {
      steered.tune(all.settings());
    } catch (IllegalArgumentException e) {
      return false;
    }
    tunes = all;
    log.info("run.tuned migration={} {} from before", id(), all.settings());
    tuned.stream().filter(tune -> !tune.isObeyed()).forEach(this::noteTuned);
    return true;
  }

  private void holdFromBefore(Command last) {
    lastHold = last.number();
    if (last.kind() == Command.Kind.PAUSE && steered.isPausable()) {
      close(last);
    } else if (last.kind() == Command.Kind.PAUSE) {
      log.info("run.not-paused migration={} {}; a cleanup is not held back", id(), last.asPause());
    }
  }

  /** All that is obeyed before the launch has begun. */
  void obeyStops() {
    commands.toObey(epoch).stream()
        .filter(command -> command.kind() == Command.Kind.STOP)
        .forEach(this::stop);
  }

  /** What has been asked for since the last time. */
  void obey() {
    for (Command command : commands.toObey(epoch)) {
      switch (command.kind()) {
        case STOP -> stop(command);
        case PAUSE -> pause(command);
        case RESUME -> resume(command);
        case TUNE -> tune(command);
      }
    }
    gate.pause().ifPresent(this::noteOnceIdle);
  }

  private void stop(Command command) {
    if (command.epoch() > epoch.number()) {
      return; // of the runner that has taken over just now
    }
    if (command.epoch() < firstEpoch) {
      commands.refused(epoch, command, runner, "the launch that it was for had ended");
      return;
    }
    stop.stop();
    log.info("run.stopping migration={} asked by {}", id(), command.by());
    commands.obeyed(epoch, command, runner, "stops after its chunk");
  }

  private void pause(Command command) {
    Optional<Command> holding = gate.pause();
    boolean isTheOne = holding.filter(pause -> pause.number() == command.number()).isPresent();
    if (isTheOne || !steered.isPausable()) {
      return; // not to be obeyed, or as soon as nothing works any more
    }
    if (command.number() < lastHold && holding.isEmpty()) {
      commands.obeyed(epoch, command, runner, "was resumed before it was read");
    } else if (holding.isPresent()) {
      lastHold = Math.max(lastHold, command.number());
      commands.obeyed(epoch, command, runner, "was paused already");
    } else {
      close(command);
    }
  }

  private void close(Command pause) {
    lastHold = pause.number();
    gate.close(pause);
    log.info("run.paused migration={} {}; 'resume {}' goes on", id(), pause.asPause(), id());
  }

  private void noteOnceIdle(Command pause) {
    if (pauseIsNoted || gate.waiting() < Math.max(1, steered.busyWorkers())) {
      return;
    }
    if (steered.hasPausedState()) {
      ledger.paused(epoch, pause.asPause());
    }
    commands.obeyed(epoch, pause, runner, "paused, no chunk of it runs");
    pauseIsNoted = true;
  }

  /**
   * The ledger says running before the first worker goes on: the run may be over a moment later.
   */
  private void resume(Command command) {
    Optional<Command> pause = gate.pause();
    if (command.number() < lastHold) {
      commands.obeyed(epoch, command, runner, "was paused again before it was read");
      return;
    }
    lastHold = command.number();
    if (pause.isEmpty()) {
      commands.obeyed(epoch, command, runner, "was not paused");
      return;
    }
    long seconds = commands.secondsSince(pause.get());
    if (steered.hasPausedState()) {
      ledger.resumed(epoch, "resumed by " + command.by());
    }
    pauseIsNoted = false;
    gate.open();
    log.info("run.resumed migration={} by {} paused={}s", id(), command.by(), seconds);
    commands.obeyed(epoch, pause.get(), runner, "was resumed before anything waited");
    commands.obeyed(epoch, command, runner, "goes on, was paused for %d s".formatted(seconds));
  }

  private void tune(Command command) {
    Tunes all = tunes.with(command);
    try {
      steered.tune(all.settings());
    } catch (IllegalArgumentException e) {
      log.warn(
          "run.tune-refused migration={} {} by {}: {}",
          id(),
          command.settings(),
          command.by(),
          e.getMessage());
      commands.refused(epoch, command, runner, "refused: " + e.getMessage());
      return;
    }
    tunes = all;
    log.info("run.tuned migration={} {} by {}", id(), command.settings(), command.by());
    noteTuned(command);
    tunes.forgetReplaced().forEach(number -> commands.replaced(epoch, number));
  }

  private void noteTuned(Command command) {
    commands.obeyed(
        epoch,
        command,
        runner,
        "tuned, chunks from the next one on and workers from the next partition on: "
            + command.settings());
  }
}

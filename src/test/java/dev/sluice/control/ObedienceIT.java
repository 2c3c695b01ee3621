package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.sluice.control.Command.Kind;
import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.testing.LoggedLines;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/** What a runner makes of commands, in whatever order it comes to read them. */
class ObedienceIT {

  private static final MigrationId ID = new MigrationId("0001_split");
  private static final String RUNNER = "process 7 on db1";

  private final StopSignal stop = new StopSignal();
  private final PauseGate gate = new PauseGate(stop);
  private final Launch launch = new Launch();

  @RegisterExtension private final LoggedLines lines = new LoggedLines(Obedience.class);

  private TestDatabase database;
  private RunnerLock lock;
  private Commands commands;
  private Obedience runner;

  /** A launch that takes over any settings but those of {@code skip}. */
  private static final class Launch implements Steered {
    private boolean pausable = true;
    private int busy;
    private LiveSettings settings = LiveSettings.NONE;

    @Override
    public boolean isPausable() {
      return pausable;
    }

    @Override
    public boolean hasPausedState() {
      return true;
    }

    @Override
    public void tune(LiveSettings all) {
      if (all.values().containsKey("skip")) {
        throw new IllegalArgumentException("unknown key 'skip'.");
      }
      settings = all;
    }

    @Override
    public void cancelRunning() {}

    @Override
    public int busyWorkers() {
      return busy;
    }

    @Override
    public Optional<Waiting> waiting() {
      return Optional.empty();
    }

    @Override
    public int chunkRows() {
      return 1000;
    }

    @Override
    public int workers() {
      return 2;
    }
  }

  @BeforeEach
  void start() throws Exception {
    database = PostgresServer.newest().newDatabase();
    new SluiceSchema(database.dataSource()).upgrade(stop);
    new Ledger(new JdbcTemplate(database.dataSource())).register(ID, "c0ffee");
    commands = new Commands(database.dataSource());
    lock = RunnerLock.tryTake(database.dataSource(), ID, "c0ffee", RUNNER).orElseThrow();
    database.execute("UPDATE sluice.migration SET state = 'running'");
    runner = newLaunch();
  }

  @AfterEach
  void end() {
    gate.open();
    lock.close();
    database.close();
  }

  private Obedience newLaunch() {
    return launch(lock.epoch(), lock.epoch().number());
  }

  private Obedience launch(Epoch epoch, long firstEpoch) {
    return new Obedience(
        CommandWatch.Tables.of(database.dataSource()),
        epoch,
        firstEpoch,
        RUNNER,
        stop,
        gate,
        launch);
  }

  private Command give(Kind kind, String... settings) {
    return commands
        .give(entry(), kind, LiveSettings.parse(List.of(settings)), "anna", false)
        .orElseThrow();
  }

  private LedgerEntry entry() {
    return new Ledger(new JdbcTemplate(database.dataSource())).find(ID).orElseThrow();
  }

  private String answer(Command command) {
    return String.valueOf(commands.read(command.number()).answer());
  }

  /** As of a transaction that takes its number first and commits second. */
  private void hide(Command command, boolean hidden) {
    database
        .jdbc()
        .sql("UPDATE sluice.command SET migration_id = ? WHERE number = ?")
        .params(hidden ? "0002_other" : ID.value(), command.number())
        .update();
  }

  private void otherMigration() {
    new Ledger(new JdbcTemplate(database.dataSource()))
        .register(new MigrationId("0002_other"), "c0ffee");
  }

  @Test
  void isPausedOnceNobodyWorksAnyMore() {
    launch.busy = 1;
    Command pause = give(Kind.PAUSE);
    runner.obey();
    assertThat(answer(pause)).isEqualTo("null");
    assertThat(entry().state()).isEqualTo(RunState.RUNNING);

    Thread worker = new Thread(() -> gate.pass(() -> {}));
    worker.start();
    Awaitility.await().until(() -> gate.waiting() == 1);
    launch.busy = 2;
    runner.obey();
    assertThat(answer(pause)).as("the other one is in a chunk").isEqualTo("null");
    launch.busy = 1;
    runner.obey();
    assertThat(answer(pause)).isEqualTo("paused, no chunk of it runs");
    assertThat(entry().state()).isEqualTo(RunState.PAUSED);

    database.execute("UPDATE sluice.command SET given_at = given_at - INTERVAL '1 hour'");
    Command second = give(Kind.PAUSE);
    Command resume = give(Kind.RESUME);
    runner.obey();
    assertThat(answer(second)).isEqualTo("was paused already");
    assertThat(answer(resume)).matches("goes on, was paused for 3\\d{3} s");
    assertThat(entry().state()).isEqualTo(RunState.RUNNING);
    Awaitility.await().until(() -> !worker.isAlive());
  }

  @Test
  void aPauseThatIsResumedAtOnceHoldsNobody() {
    Command pause = give(Kind.PAUSE);
    Command resume = give(Kind.RESUME);
    runner.obey();

    assertThat(answer(pause)).isEqualTo("was resumed before anything waited");
    assertThat(answer(resume)).startsWith("goes on, ");
    assertThat(gate.pause()).isEmpty();
    Command another = give(Kind.RESUME);
    runner.obey();
    assertThat(answer(another)).isEqualTo("was not paused");
  }

  @Test
  void theOneThatWasGivenLastHoldsThoughItIsReadFirst() {
    otherMigration();
    Command pause = give(Kind.PAUSE);
    Command resume = give(Kind.RESUME);
    hide(pause, true);
    runner.obey();
    hide(pause, false);
    runner.obey();
    assertThat(answer(pause)).isEqualTo("was resumed before it was read");
    assertThat(gate.pause()).isEmpty();
    assertThat(answer(resume)).isEqualTo("was not paused");

    Command late = give(Kind.RESUME);
    Command again = give(Kind.PAUSE);
    hide(late, true);
    runner.obey();
    hide(late, false);
    runner.obey();
    assertThat(answer(late)).isEqualTo("was paused again before it was read");
    assertThat(gate.pause().orElseThrow().number()).isEqualTo(again.number());
  }

  @Test
  void whatHoldsIsTakenOverByTheNextLaunch() {
    give(Kind.TUNE, "chunk.rows=200", "workers=3");
    give(Kind.TUNE, "workers=default");
    Command pause = give(Kind.PAUSE);
    runner.obey();
    gate.open();

    newLaunch().begin();

    assertThat(launch.settings.texts()).containsExactly("chunk.rows=200");
    assertThat(gate.pause().orElseThrow().number()).isEqualTo(pause.number());
  }

  @Test
  void aPauseThatWasResumedWhileNobodyRanItHoldsNobody() {
    Command pause = give(Kind.PAUSE);
    give(Kind.RESUME);

    runner.begin();
    runner.obey();

    assertThat(answer(pause)).isEqualTo("was resumed before it was read");
    assertThat(gate.pause()).isEmpty();
  }

  @Test
  void settingsThatCannotBeAreRefusedAndTheOthersHold() {
    give(Kind.TUNE, "workers=3");
    Command wrong = give(Kind.TUNE, "skip=5");
    runner.obey();

    assertThat(answer(wrong)).isEqualTo("refused: unknown key 'skip'.");
    assertThat(lines.of(Level.WARN))
        .containsExactly(
            "run.tune-refused migration=0001_split skip=5 by %s, anna: unknown key 'skip'."
                .formatted(database.server().user()));
    assertThat(launch.settings.texts()).containsExactly("workers=3");
    assertThat(commands.settings(ID).texts()).containsExactly("workers=3");
  }

  @Test
  void ofTunesTheOneThatWasGivenLastHoldsThoughItIsReadFirst() {
    otherMigration();
    Command first = give(Kind.TUNE, "workers=3", "chunk.rows=200");
    give(Kind.TUNE, "workers=5");
    hide(first, true);
    runner.obey();
    hide(first, false);
    runner.obey();

    assertThat(launch.settings.values()).isEqualTo(Map.of("chunk.rows", "200", "workers", "5"));
  }

  @Test
  void aTuneIsOverOnceLaterOnesSetAllOfIt() {
    Command both = give(Kind.TUNE, "workers=3", "chunk.rows=200");
    give(Kind.TUNE, "workers=4");
    runner.obey();
    assertThat(commands.tunes(ID)).hasSize(2);
    give(Kind.TUNE, "chunk.rows=default");
    give(Kind.TUNE, "workers=5");
    runner.obey();

    assertThat(commands.tunes(ID)).hasSize(2);
    assertThat(commands.settings(ID).texts()).containsExactly("workers=5");
    assertThat(launch.settings.texts()).containsExactly("workers=5");
    assertThat(answer(both)).startsWith("tuned, ");
  }

  @Test
  void whatCannotBeHeldBackLeavesThePauseToTheNextLaunch() {
    launch.pausable = false;
    Command pause = give(Kind.PAUSE);
    runner.obey();

    assertThat(gate.pause()).isEmpty();
    assertThat(answer(pause)).isEqualTo("null");
    assertThat(commands.pause(ID)).isPresent();
  }

  @Test
  void aStopIsForTheLaunchThatItNames() {
    Command old = give(Kind.STOP);
    database.execute("UPDATE sluice.command SET epoch = epoch - 1");
    runner.obey();
    assertThat(answer(old)).isEqualTo("the launch that it was for had ended");
    assertThat(stop.isStopped()).isFalse();

    Command now = give(Kind.STOP);
    runner.obey();
    assertThat(answer(now)).isEqualTo("stops after its chunk");
    assertThat(stop.isStopped()).isTrue();
  }

  /** It has lost its lock inside a long statement, and does not know it yet. */
  @Test
  void whoeverWasFencedOutLeavesCommandsToTheRunnerThatTookOver() {
    database.execute("UPDATE sluice.migration SET epoch = epoch + 1");
    Command tune = give(Kind.TUNE, "workers=3");
    Command pause = give(Kind.PAUSE);
    Command end = give(Kind.STOP);
    runner.obey();

    assertThat(stop.isStopped()).isFalse();
    assertThat(gate.pause()).isEmpty();
    assertThat(launch.settings).isEqualTo(LiveSettings.NONE);
    commands.over(lock.epoch());
    assertThat(List.of(answer(tune), answer(pause), answer(end))).containsOnly("null");

    long next = lock.epoch().number() + 1;
    launch(new Epoch(ID, next), next).obey();
    assertThat(answer(tune)).startsWith("tuned, ");
    assertThat(gate.pause().orElseThrow().number()).isEqualTo(pause.number());
    assertThat(stop.isStopped()).isTrue();
  }

  @Test
  void aStopOfAnEarlierLaunchOfTheSameCommandIsObeyedByTheNextOne() {
    Command given = give(Kind.STOP);
    long first = lock.epoch().number();
    database.execute("UPDATE sluice.migration SET epoch = epoch + 1");

    launch(new Epoch(ID, first + 1), first).obeyStops();

    assertThat(answer(given)).isEqualTo("stops after its chunk");
    assertThat(stop.isStopped()).isTrue();
  }
}

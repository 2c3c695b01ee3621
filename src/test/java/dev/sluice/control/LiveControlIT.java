package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What an operator is told, by the state of the migration and of whoever runs it. */
class LiveControlIT {

  private static final MigrationId ID = new MigrationId("0001_split");
  private static final LiveSettings SMALL = LiveSettings.parse(List.of("chunk.rows=200"));
  private static final String SINCE = " since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC";

  private TestDatabase database;

  @BeforeEach
  void start() {
    database = PostgresServer.newest().newDatabase();
    new SluiceSchema(database.dataSource()).upgrade(new StopSignal());
    new Ledger(new JdbcTemplate(database.dataSource())).register(ID, "c0ffee");
  }

  @AfterEach
  void end() {
    database.close();
  }

  /** Waits for nothing: a second passes with each look at the clock. */
  private LiveControl operator(String by) {
    return operator(duration -> {}, by);
  }

  private LiveControl operator(Waiter waiter, String by) {
    AtomicLong now = new AtomicLong();
    return new LiveControl(database.dataSource(), waiter, by, () -> now.addAndGet(1_000_000_000));
  }

  private LiveControl anna() {
    return operator("anna, process 1 on laptop");
  }

  private void state(RunState state) {
    database.execute("UPDATE sluice.migration SET state = '%s'".formatted(state.label()));
  }

  private RunnerLock runner() throws Exception {
    return RunnerLock.tryTake(database.dataSource(), ID, "c0ffee", "process 7 on db1")
        .orElseThrow();
  }

  private static CommandAnswer done(String text) {
    return new CommandAnswer(ID, CommandAnswer.Kind.DONE, text);
  }

  private static CommandAnswer refused(String text) {
    return new CommandAnswer(ID, CommandAnswer.Kind.REFUSED, text);
  }

  private static CommandAnswer pending(String text) {
    return new CommandAnswer(ID, CommandAnswer.Kind.PENDING, text);
  }

  private Epoch epoch() {
    return new Epoch(
        ID, new Ledger(new JdbcTemplate(database.dataSource())).find(ID).orElseThrow().epoch());
  }

  private long commands() {
    return database.count("sluice.command");
  }

  @Test
  void aMigrationThatNobodyKnowsIsRefused() {
    MigrationId other = new MigrationId("0002_other");

    assertThat(
            List.of(
                anna().pause(other),
                anna().resume(other),
                anna().stop(other),
                anna().tune(other, SMALL)))
        .containsOnly(
            new CommandAnswer(
                other,
                CommandAnswer.Kind.REFUSED,
                "was never run on this database. 'status' lists the migrations that were."));
    assertThat(commands()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"PENDING", "STOPPED", "FAILED", "DIRTY", "ROLLING_BACK", "ROLLED_BACK"})
  void whatNobodyRunsIsPausedForTheNextLaunch(RunState state) {
    state(state);

    assertThat(anna().pause(ID))
        .isEqualTo(
            done("paused. No process runs it: the next one waits until 'resume 0001_split'"));
    assertThat(anna().tune(ID, SMALL))
        .isEqualTo(done("tuned. No process runs it: the next one begins with chunk.rows=200"));
    assertThat(anna().resume(ID))
        .isEqualTo(done("is no longer paused. No process runs it: 'run 0001_split' goes on"));
    assertThat(anna().resume(ID)).isEqualTo(done("is not paused, nothing to do"));
  }

  @ParameterizedTest
  @EnumSource(names = {"PENDING", "STOPPED", "COMPLETED", "ROLLED_BACK", "CLEANED"})
  void whatNobodyWillLaunchByItselfNeedsNoStop(RunState state) {
    state(state);

    assertThat(anna().stop(ID)).isEqualTo(done("no process runs it, there is nothing to stop"));
    assertThat(commands()).isZero();
  }

  /** Its process may wait for the server, or for a second before it takes the lock again. */
  @ParameterizedTest
  @EnumSource(names = {"RUNNING", "PAUSED", "FAILED", "DIRTY", "ROLLING_BACK", "CLEANING"})
  void aStopBetweenTwoLaunchesIsKeptForTheSecond(RunState state) {
    state(state);

    assertThat(anna().stop(ID))
        .isEqualTo(
            done(
                "no process runs it at this moment; one that is about to launch it again by itself"
                    + " stops instead"));
    assertThat(commands()).isEqualTo(1);
  }

  @Test
  void aStopThatARunOutranIsNotSaidToHaveStoppedIt() throws Exception {
    RunnerLock lock = runner();
    state(RunState.RUNNING);
    LiveControl late =
        operator(
            duration -> {
              database.execute(
                  "UPDATE sluice.command SET obeyed_at = now(), answer = 'stops after its chunk'");
              state(RunState.COMPLETED);
              lock.close();
            },
            "anna");
    assertThat(late.stop(ID)).isEqualTo(done("ended by itself before it was stopped"));
  }

  /** Its lock is held for a moment longer, while nobody reads commands any more. */
  @Test
  void whatIsOverIsRefusedThoughItsLockIsHeld() throws Exception {
    try (RunnerLock lock = runner()) {
      state(RunState.RUNNING);
      Ledger ledger = new Ledger(new JdbcTemplate(database.dataSource()));
      LedgerEntry seen = ledger.find(ID).orElseThrow();
      ledger.ended(lock.epoch(), RunState.COMPLETED, null);
      assertThat(anna().pause(ID)).isEqualTo(refused("is completed, there is nothing to pause."));
      assertThat(anna().tune(ID, SMALL))
          .isEqualTo(refused("is completed, there is nothing to tune."));
      assertThat(
              new Commands(database.dataSource())
                  .give(seen, Command.Kind.PAUSE, LiveSettings.NONE, "anna", false))
          .as("as it was a moment ago")
          .isEmpty();
      assertThat(commands()).isZero();

      Activities activities = new Activities(database.dataSource());
      activities.write(lock.epoch(), new Activity(null, 100, 1, null));
      assertThat(anna().tune(ID, SMALL).isPending()).as("a catch-up reads it").isTrue();
      activities.end(lock.epoch(), new Activity(null, 100, 1, null));
      assertThat(anna().tune(ID, SMALL).isRefused()).isTrue();
    }
  }

  @Test
  void whatIsOverIsRefused() {
    state(RunState.COMPLETED);
    assertThat(anna().pause(ID)).isEqualTo(refused("is completed, there is nothing to pause."));
    assertThat(anna().resume(ID)).isEqualTo(refused("is completed, there is nothing to resume."));
    assertThat(anna().tune(ID, SMALL))
        .isEqualTo(refused("is completed, there is nothing to tune."));
    state(RunState.CLEANED);
    assertThat(anna().pause(ID)).isEqualTo(refused("is cleaned up, there is nothing to pause."));
    state(RunState.CLEANING);
    assertThat(anna().pause(ID))
        .isEqualTo(
            refused(
                "is being cleaned up, which is over in moments and cannot be held. 'stop"
                    + " 0001_split' ends it before what it drops next."));
    assertThat(commands()).isZero();
  }

  @Test
  void saysThatARunnerDoesNotAnswer() throws Exception {
    try (RunnerLock lock = runner()) {
      String silent =
          "recorded; its process has not answered within 5 s. 'status 0001_split' says what it does";
      assertThat(anna().pause(ID))
          .isEqualTo(
              pending(
                  "told to pause. What it does now cannot be held, as an index that is built, and"
                      + " goes to its end first; 'status 0001_split' says when it waits"));
      assertThat(anna().resume(ID)).isEqualTo(pending(silent));
      assertThat(anna().tune(ID, SMALL)).isEqualTo(pending(silent));
      assertThat(anna().stop(ID)).isEqualTo(pending(silent));
      assertThat(database.count("sluice.command WHERE epoch = %d".formatted(lock.epoch().number())))
          .isEqualTo(1);
    }
  }

  @Test
  void saysHowAStopWentOn() throws Exception {
    LiveControl seenButSlow =
        operator(
            duration ->
                database.execute(
                    "UPDATE sluice.command SET obeyed_at = now(), answer = 'stops after its chunk'"),
            "anna");
    try (RunnerLock lock = runner()) {
      assertThat(seenButSlow.stop(lock.epoch().id()))
          .isEqualTo(pending("stops; what it does now is cancelled once a second"));
    }
    RunnerLock shortLived = runner();
    LiveControl tooLate = operator(duration -> shortLived.close(), "anna");
    assertThat(tooLate.stop(ID)).isEqualTo(done("ended by itself before it was stopped"));
  }

  @Test
  void saysThatAPauseCameTooLate() throws Exception {
    try (RunnerLock lock = runner()) {
      Commands commands = new Commands(database.dataSource());
      LiveControl late = operator(duration -> commands.over(epoch()), "anna");
      assertThat(late.pause(ID)).isEqualTo(done("came too late, it was over"));
      assertThat(commands.pause(lock.epoch().id())).isEmpty();
    }
  }

  @Test
  void whoAndWhenIsInTheHistory() {
    anna().pause(ID);
    anna().resume(ID);
    anna().tune(ID, LiveSettings.parse(List.of("chunk.rows=200", "workers=default")));

    String by = database.server().user() + ", anna, process 1 on laptop";
    assertThat(new History(new JdbcTemplate(database.dataSource())).events(ID))
        .extracting(event -> event.cause().label(), Event::by, Event::note)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("pause", by, null),
            org.assertj.core.api.Assertions.tuple("resume", by, null),
            org.assertj.core.api.Assertions.tuple("tune", by, "chunk.rows=200 workers=default"));
  }

  @Test
  void laterSettingsReplaceEarlierOnesAndDefaultTakesThemBack() {
    anna().tune(ID, LiveSettings.parse(List.of("chunk.rows=200", "workers=3")));
    anna().tune(ID, LiveSettings.parse(List.of("chunk.rows=300")));
    anna().tune(ID, LiveSettings.parse(List.of("workers=default")));

    Commands commands = new Commands(database.dataSource());
    assertThat(commands.settings(ID).texts()).containsExactly("chunk.rows=300");
    commands.over(epoch());
    assertThat(commands.settings(ID)).isEqualTo(LiveSettings.NONE);
  }

  @Test
  void settingsThatSomebodyWroteBySqlHinderNoOtherCommand() {
    database.execute(
        """
        INSERT INTO sluice.command (migration_id, command, settings, given_by)
        VALUES ('0001_split', 'tune', '{chunk.rows: 200,chunk.rows: 300}', 'anna')
        """);

    assertThat(new Commands(database.dataSource()).settings(ID).texts())
        .containsExactly("chunk.rows: 200 chunk.rows: 300=");
  }

  @Test
  void settingsBySqlThatAreNoListOfTextsHinderNoOtherCommandEither() throws Exception {
    database.execute(
        """
        INSERT INTO sluice.command (migration_id, command, settings, given_by)
        VALUES ('0001_split', 'tune', '{NULL,chunk.rows=200}', 'anna'),
               ('0001_split', 'tune', '{{workers=1},{workers=2}}', 'anna')
        """);
    anna().pause(ID);

    Commands commands = new Commands(database.dataSource());
    assertThat(commands.settings(ID).texts())
        .containsExactly("null chunk.rows=200=", "[workers=1] [workers=2]=");
    try (RunnerLock lock = runner()) {
      assertThat(commands.toObey(lock.epoch()))
          .extracting(Command::kind)
          .containsExactly(Command.Kind.TUNE, Command.Kind.TUNE, Command.Kind.PAUSE);
    }
  }

  /** Another version of the program knows other settings than the operator's. */
  @Test
  void aTuneThatTheRunnerRefusesIsRefused() throws Exception {
    try (RunnerLock lock = runner()) {
      Commands commands = new Commands(database.dataSource());
      LiveControl answered =
          operator(
              duration ->
                  commands
                      .toObey(lock.epoch())
                      .forEach(
                          tune ->
                              commands.refused(
                                  lock.epoch(),
                                  tune,
                                  "process 7 on db1",
                                  "refused: unknown key 'chunk.rows'.")),
              "anna");
      assertThat(answered.tune(ID, SMALL)).isEqualTo(refused("refused: unknown key 'chunk.rows'."));

      LiveControl late = operator(duration -> commands.over(epoch()), "anna");
      assertThat(late.tune(ID, SMALL)).isEqualTo(refused("came too late, it was over"));
    }
  }

  /** Whether a COMMIT happened whose answer was lost is not known. */
  @Test
  void aPauseIsNotedOnceHoweverOftenItIsTold() throws Exception {
    Ledger ledger = new Ledger(new JdbcTemplate(database.dataSource()));
    try (RunnerLock lock = runner()) {
      state(RunState.RUNNING);
      ledger.resumed(lock.epoch(), "resumed by anna");
      ledger.paused(lock.epoch(), "paused by anna");
      ledger.paused(lock.epoch(), "paused by anna");
      assertThat(ledger.find(ID).orElseThrow().state()).isEqualTo(RunState.PAUSED);
      ledger.resumed(lock.epoch(), "resumed by ben");
      ledger.resumed(lock.epoch(), "resumed by ben");
    }
    assertThat(new History(new JdbcTemplate(database.dataSource())).events(ID))
        .extracting(Event::note)
        .containsExactly("paused by anna", "resumed by ben");
  }

  @Test
  void textsOfOperatorsAreNeverSql() {
    String hostile = "x'); DROP TABLE sluice.command; --";

    operator(hostile).pause(ID);
    operator(hostile).tune(ID, LiveSettings.parse(List.of(hostile + "=" + hostile)));

    assertThat(database.count("sluice.command WHERE given_by LIKE '%DROP TABLE%'")).isEqualTo(2);
    assertThat(new Commands(database.dataSource()).settings(ID).values())
        .containsExactly(org.assertj.core.api.Assertions.entry(hostile, hostile));
  }

  @Test
  void severalOperatorsAtOnceLeaveOneAnswer() throws Exception {
    CountDownLatch all = new CountDownLatch(4);
    List<FutureTask<CommandAnswer>> answers =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    new FutureTask<>(
                        () -> {
                          all.countDown();
                          all.await();
                          return i % 2 == 0
                              ? operator("operator " + i).pause(ID)
                              : operator("operator " + i).resume(ID);
                        }))
            .toList();
    answers.forEach(answer -> new Thread(answer).start());
    for (FutureTask<CommandAnswer> answer : answers) {
      assertThat(answer.get().isRefused()).isFalse();
    }

    assertThat(anna().pause(ID).text())
        .matches(
            "(is paused by .*"
                + SINCE
                + " already; 'resume 0001_split' goes on|paused. No process runs it: .*)");
    assertThat(anna().resume(ID).text()).startsWith("is no longer paused.");
    assertThat(new Commands(database.dataSource()).pause(ID)).isEmpty();
  }

  @Test
  void aRoleNeedsNoMoreThanTheTablesOfCommands() {
    String role = "operator_" + database.name();
    database.execute(
        """
        CREATE ROLE %1$s LOGIN PASSWORD 'limited';
        GRANT USAGE ON SCHEMA sluice TO %1$s;
        GRANT SELECT ON ALL TABLES IN SCHEMA sluice TO %1$s;
        GRANT INSERT ON sluice.command, sluice.history TO %1$s;
        """
            .formatted(role));
    try {
      LiveControl operator = new LiveControl(as(role), duration -> {}, "anna");

      assertThat(operator.pause(ID).text()).startsWith("paused.");
      assertThat(operator.tune(ID, SMALL).text()).startsWith("tuned.");
      assertThat(operator.resume(ID).text()).startsWith("is no longer paused.");
      assertThat(database.count("sluice.command WHERE given_by = '%s, anna'".formatted(role)))
          .isEqualTo(3);
    } finally {
      database.execute("DROP OWNED BY %1$s; DROP ROLE %1$s".formatted(role));
    }
  }

  private DataSource as(String role) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(database.url());
    source.setUser(role);
    source.setPassword("limited");
    return source;
  }
}

package dev.sluice.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.CommandLine;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A live application, kills at random, and every row compared with a model at the end.
 *
 * <p>The long form takes half an hour: {@code -Dsluice.torture=true}, with {@code
 * -Dsluice.torture.kills=200} in all; {@code -Dsluice.torture.only=UNIQUE_ID} takes the forms with
 * that in their names. A seed, {@code -Dsluice.torture.seed}, repeats the choices of the
 * application and of the killer, not the moments at which they meet.
 *
 * <p>That it can fail was tried on the program broken on purpose; each of these is caught within
 * two kills:
 *
 * <ul>
 *   <li>{@code TransformWriter} without its look at {@code xmin}: values of an older source
 *   <li>{@code SetChange} without the page's locks and without the guard in the write: the
 *       application's own values overwritten. (One of the two alone changes nothing: under the lock
 *       the guard has just been asked.)
 *   <li>{@code SweepStep} that is content with what is left: rows under the guard at the end
 *   <li>{@code RestoreStatements} without its look at the image: the application's own values taken
 *       back, and no conflict listed
 * </ul>
 *
 * A checkpoint ahead of its data is not caught here, because the sweep finds what was left out:
 * that is for {@code process.KillIT}, which counts.
 */
class TortureIT {
  private static final boolean LONG = Boolean.getBoolean("sluice.torture");
  private static final int KILLS = Integer.getInteger("sluice.torture.kills", LONG ? 200 : 6);
  private static final long SEED =
      Long.getLong("sluice.torture.seed", new Random().nextLong(1_000_000));
  private static final int ROWS = Integer.getInteger("sluice.torture.rows", LONG ? 100_000 : 8_000);
  private static final int TRANSACTIONS_AFTER = LONG ? 2_000 : 300;
  private static final Duration AFTER_MAX = Duration.ofMinutes(2);
  private static final Duration WAIT_MAX = Duration.ofSeconds(1);

  /** From so many kills on a form they must not all meet the sweep, at the end of the run. */
  private static final int KILLS_TO_SPREAD = 20;

  private static final int TENTHS_MIN = 4;
  private static final int WITH_CONFLICTS = 8;

  private static Victim server;
  @TempDir private Path jobs;

  static List<Form> forms() {
    String only = System.getProperty("sluice.torture.only", "");
    return allForms().filter(form -> form.toString().contains(only)).toList();
  }

  /** Each kind of key with {@code set} and Java; one of each kind in the short form. */
  private static Stream<Form> allForms() {
    return LONG
        ? Stream.of(KeyKind.values()).flatMap(kind -> Stream.of(ofSet(kind), ofJava(kind)))
        : Stream.of(ofSet(KeyKind.BIGINT), ofJava(KeyKind.UNIQUE_ID), ofSet(KeyKind.COMPOSITE));
  }

  private static Form ofSet(KeyKind kind) {
    SyncRule rule = kind == KeyKind.COMPOSITE ? SyncRule.NONE : SyncRule.TRIGGER;
    return new Form(kind, Form.How.SET, rule, true);
  }

  private static Form ofJava(KeyKind kind) {
    SyncRule rule = kind == KeyKind.BIGINT ? SyncRule.NONE : SyncRule.CAPTURE;
    return new Form(kind, Form.How.JAVA, rule, false);
  }

  @BeforeAll
  static void startServer() {
    server = new Victim();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void everyRowEndsAsItMust(Form form) throws Exception {
    int forms = (int) allForms().count();
    int kills = Math.max(1, (KILLS + forms - 1) / forms);
    System.out.printf("TortureIT: %s: %,d rows, %d kills, seed %d%n", form, ROWS, kills, SEED);
    try (TestDatabase database = server.newDatabase()) {
      database.execute(form.createTables(ROWS));
      database.execute("ANALYZE " + form.kind().table());
      form.write(jobs);
      Model model = new Model(form, database);
      live(form, database, model, kills);
      if (form.rule() == SyncRule.CAPTURE) {
        assertThat(command("run", database)).as("catching up").isZero();
      }
      int compared = model.compare(database, UnaryOperator.identity(), false);
      System.out.printf(
          "TortureIT: %,d rows compared, %d differences%n", compared, model.differenceCount());
      assertThat(model.differences()).as("rows that are not as the model has them").isEmpty();
      assertThat(command("run", database)).isZero();
      assertThat(command("verify", database)).isZero();
      if (form.undo()) {
        rollBack(database, model);
      }
    }
  }

  /** From before the first row changes until some time after the last one has. */
  private void live(Form form, TestDatabase database, Model model, int kills) throws Exception {
    long start = System.nanoTime();
    try (Application application = new Application(server, database, form, model);
        BlockingSampler sampler = new BlockingSampler(server, database);
        Chaos chaos = new Chaos(server, database, jobs, form, model, new Random(SEED))) {
      application.start(ROWS, SEED);
      chaos.awaitFirstCheckpoint();
      application.relyOnSync();
      chaos.kill(kills, form.firstKill(), application::leaveNoMoreDue);
      chaos.finish();
      long after = application.transactions() + TRANSACTIONS_AFTER;
      Awaitility.await().atMost(AFTER_MAX).until(() -> application.transactions() >= after);
      application.end();
      report(application, sampler, chaos, Duration.ofNanos(System.nanoTime() - start));
      assertLived(application, sampler);
      assertKilledOnTheWay(chaos, kills);
    }
  }

  private static void report(
      Application application, BlockingSampler sampler, Chaos chaos, Duration took) {
    System.out.printf(
        """
        TortureIT: %d s, killed %s; by tenths of the run: %s
        TortureIT: stalled %d times; started again by hand %d times%s
        TortureIT: last launch: %s
        TortureIT: application: %s
        TortureIT: longest wait for us: rows %d ms, the table %d ms (%,d samples, %,d waits); longest statement by its own clock: %d ms of %,d (%s)
        """,
        took.toSeconds(),
        Kill.weapons(chaos.kills()),
        Kill.spread(chaos.kills()),
        chaos.stalls(),
        chaos.failures().size(),
        chaos.failures(),
        chaos.lastLaunch(),
        application.counts(),
        sampler.longestForRows().toMillis(),
        sampler.longestForTable().toMillis(),
        sampler.samples(),
        sampler.waits(),
        application.latencies().max().toMillis(),
        application.latencies().count(),
        application.latencies().longest());
  }

  private static void assertLived(Application application, BlockingSampler sampler) {
    assertThat(application.errors()).as("errors of the application").isEmpty();
    assertThat(sampler.failures()).isEmpty();
    if (LONG) { // the short form runs beside other work, where a wait says more of the machine
      assertThat(sampler.longestForRows()).as("longest wait for rows of ours").isLessThan(WAIT_MAX);
      assertThat(sampler.longestForTable()).as("longest wait for the table").isLessThan(WAIT_MAX);
    }
  }

  private static void assertKilledOnTheWay(Chaos chaos, int kills) {
    long checkpoints = chaos.progress().checkpoints();
    assertThat(chaos.kills())
        .hasSize(kills)
        .allSatisfy(kill -> assertThat(kill.checkpoints()).isPositive().isLessThan(checkpoints));
    if (kills >= KILLS_TO_SPREAD) {
      assertThat(Kill.tenths(chaos.kills()))
          .as("tenths of the run with a kill: %s", Kill.spread(chaos.kills()))
          .isGreaterThanOrEqualTo(TENTHS_MIN);
    }
    assertThat(chaos.progress().state()).isEqualTo("completed");
  }

  private int command(String name, TestDatabase database) {
    CommandLine.Result result = new CommandLine(database, jobs).run(name, Form.ID);
    if (result.exitCode() != 0) {
      System.out.println(result);
    }
    return result.exitCode();
  }

  /** Rows that the application has written itself since keep that, and are listed. */
  private void rollBack(TestDatabase database, Model model) {
    long conflicts =
        model.known().stream().filter(row -> row.state().ours() > 0 && row.old() == null).count();
    assertThat(command("rollback", database)).isEqualTo(conflicts == 0 ? 0 : WITH_CONFLICTS);
    int compared = model.compare(database, TortureIT::rolledBack, true);
    long listed = database.count("sluice.conflict");
    System.out.printf(
        "TortureIT: rolled back, %,d rows compared, %d differences, %,d conflicts%n",
        compared, model.differenceCount(), listed);
    assertThat(model.differences()).as("rows after the rollback").isEmpty();
    assertThat(listed)
        .as("rows that we and then the application wrote, keys that came back not counted")
        .isGreaterThanOrEqualTo(conflicts);
  }

  private static Expected rolledBack(Expected row) {
    RowState state = row.state();
    NewValues old = row.old();
    return old == null
        ? row
        : Expected.byApplication(new RowState(state.source(), state.note(), old, state.ours() + 1));
  }
}

package dev.sluice.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.control.Event;
import dev.sluice.control.QuarantinedRow;
import dev.sluice.control.RunState;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.definition.DefinitionException;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.Outcome;
import dev.sluice.job.RunOptions;
import dev.sluice.job.RunResult;
import dev.sluice.library.shop.Customers;
import dev.sluice.library.shop.ShopApplication;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import dev.sluice.versions.Walk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/** Sluice in an ordinary Spring Boot application, whose pool has two connections. */
class SluiceLibraryIT {

  private static final int ROWS = 3000;
  private static final String OURS = "application_name = 'sluice' AND datname = current_database()";
  private static final String FILE = "0001_fill_status";

  @TempDir Path jobs;
  private TestDatabase database;
  private ConfigurableApplicationContext application;
  private Sluice sluice;
  private HikariDataSource pool;

  @BeforeEach
  void start() throws Exception {
    database = PostgresServer.newest().newDatabase();
    database.execute(
        """
        CREATE SCHEMA shop;
        CREATE TABLE shop.customers (id int PRIMARY KEY, name text, phone text, status text);
        INSERT INTO shop.customers
        SELECT i, 'name ' || i, '+41 (0)79-' || i, NULL FROM generate_series(1, %d) AS i;
        """
            .formatted(ROWS));
    Path folder = Files.createDirectory(jobs.resolve(FILE));
    Files.writeString(
        folder.resolve("migration.yaml"),
        """
        description: Give every customer a status
        table: customers
        where: status IS NULL
        set: {status: "'active'"}
        checks: {after: [{not-null: [status]}]}
        """);
    application =
        new SpringApplicationBuilder(ShopApplication.class)
            .web(WebApplicationType.NONE)
            .run(
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.server().user(),
                "--spring.datasource.password=" + database.server().password(),
                "--spring.datasource.hikari.schema=shop",
                "--spring.datasource.hikari.maximum-pool-size=2",
                "--shop.jobs=" + jobs);
    sluice = application.getBean(Sluice.class);
    pool = application.getBean(HikariDataSource.class);
  }

  @AfterEach
  void end() {
    application.close();
    database.close();
  }

  private JdbcTemplate jdbc() {
    return application.getBean(JdbcTemplate.class);
  }

  private long count(String from) {
    return database.count("shop." + from);
  }

  @Test
  void rowsInQuarantineAreListedAndTriedAgain() {
    database.execute("ALTER TABLE shop.customers ADD CHECK (id <> 7 OR status <> 'active')");

    assertThat(sluice.run(FILE, new RunOptions(null, null, 1)).outcome())
        .isEqualTo(Outcome.COMPLETED_WITH_QUARANTINE);
    assertThat(sluice.quarantine(FILE))
        .extracting(QuarantinedRow::text)
        .containsExactly(
            "key 7: new row for relation \"customers\" violates check constraint"
                + " \"customers_check\" [23514]");
    assertThat(sluice.status(FILE).orElseThrow().quarantined()).isEqualTo(1);
    assertThat(sluice.retryQuarantine(FILE).outcome()).isEqualTo(Outcome.COMPLETED_WITH_QUARANTINE);

    database.execute("ALTER TABLE shop.customers DROP CONSTRAINT customers_check");
    assertThat(sluice.retryQuarantine(FILE).outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(sluice.quarantine(FILE)).isEmpty();
    assertThat(sluice.run(FILE).outcome()).isEqualTo(Outcome.ALREADY_COMPLETED);
  }

  @Test
  void goesUpThroughFilesAndCodeAndDownAgain() {
    Walk up = sluice.up();

    assertThat(up.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(up.message()).isEqualTo("done, now at 0003_seed_plans");
    assertThat(up.results())
        .extracting(result -> result.id().value())
        .containsExactly(FILE, "0002_normalise_phone", "0003_seed_plans");
    assertThat(up.results().get(2).message().replaceAll("time .*", "time   …"))
        .isEqualTo(
            """
            0003_seed_plans: completed
              ran    up
              ok     validate: returned true
              time   …
              next   'rollback 0003_seed_plans' takes it back""");
    assertThat(count("customers WHERE phone_digits = '41079' || id AND status = 'active'"))
        .isEqualTo(ROWS);
    assertThat(count("plans")).isEqualTo(3);

    assertThat(sluice.up().message()).isEqualTo("nothing to do, now at 0003_seed_plans");
    assertThat(sluice.run("0003_seed_plans").message())
        .matches("0003_seed_plans: completed at .*, nothing to do");
    assertThat(sluice.versions().current().orElseThrow().id()).hasToString("0003_seed_plans");

    assertThat(sluice.down(1).message()).isEqualTo("done, now at 0002_normalise_phone");
    assertThat(database.count("pg_tables WHERE tablename = 'plans'")).isZero();
    assertThat(sluice.goTo("1").message()).isEqualTo("done, now at " + FILE);
    assertThat(sluice.upTo("3").message()).isEqualTo("done, now at 0003_seed_plans");
    assertThat(count("plans")).isEqualTo(3);
    assertThat(sluice.history())
        .extracting(Event::state)
        .contains(RunState.COMPLETED, RunState.ROLLED_BACK);
  }

  @Test
  void runsAndChecksAndTakesBackOneOfFilesOrOfCode() {
    assertThat(sluice.dryRun(FILE).message()).contains("would change status of customers");
    assertThat(sluice.status(FILE)).isEmpty();
    assertThat(sluice.run(FILE, new RunOptions(100, 1)).outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(sluice.status(FILE).orElseThrow().rowsDone()).isEqualTo(ROWS);
    assertThat(sluice.status()).hasSize(1);
    assertThat(sluice.verify(FILE).message()).startsWith(FILE + ": verified");

    RunResult run = sluice.run("0002_normalise_phone");
    assertThat(run.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(run.message())
        .contains("3,000 rows changed")
        .contains("files  0002_normalise_phone (in code): expand.up.sql")
        .contains("ok     digits only: returned true")
        .contains("recompute phone_digits: 3000 rows compared, 0 differ");
    assertThat(sluice.rollback(FILE).message())
        .isEqualTo(FILE + ": 0002_normalise_phone depends on it. Take that back first.");
    assertThat(sluice.rollback("0002_normalise_phone").outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(sluice.cleanupDryRun(FILE).outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(sluice.cleanup(FILE, "0009_other").message())
        .startsWith(FILE + ": --confirm says '0009_other', nothing was dropped.");
    assertThat(sluice.rollback(FILE).outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(count("customers WHERE status IS NULL")).isEqualTo(ROWS);
  }

  @Test
  void saysWhatCodeWouldDo() {
    assertThat(sluice.dryRun("0003_seed_plans").message())
        .isEqualTo(
            """
            0003_seed_plans: Make the table of plans
            would run up in one transaction, each statement of it at most 5000 ms
            would ask validate""");
    assertThat(sluice.verify("0003_seed_plans").message())
        .isEqualTo("0003_seed_plans: was never run on this database, there is no result yet");
  }

  @Test
  void takesNoConnectionOfTheApplicationAndChangesNone() throws Exception {
    List<String> before = sessionSettings();
    try (Connection one = pool.getConnection();
        Connection two = pool.getConnection()) {
      assertThat(sluice.run(FILE).outcome()).isEqualTo(Outcome.COMPLETED);
      assertThat(one.isValid(1) && two.isValid(1)).isTrue();
    }
    assertThat(sessionSettings()).isEqualTo(before);
    assertThat(pool.getDataSourceProperties()).isEmpty();
    application.getBean(Customers.class).rename(1, "new");
    Awaitility.await("the end of our sessions")
        .until(() -> database.count("pg_stat_activity WHERE " + OURS) == 0);
    assertThat(pool.isClosed()).isFalse();
  }

  private List<String> sessionSettings() {
    return jdbc()
        .queryForList(
            "SELECT name || '=' || setting FROM pg_settings WHERE source IN ('session', 'client')"
                + " OR name IN ('search_path', 'row_security', 'plan_cache_mode') ORDER BY name",
            String.class);
  }

  @Test
  void refusesToWorkInsideATransactionOfTheApplication() {
    Customers customers = application.getBean(Customers.class);

    assertThatIllegalStateException()
        .isThrownBy(() -> customers.renameAndMigrate(1, "never"))
        .withMessage(
            "Sluice was called inside a transaction of the application: the run would wait for its"
                + " rows and tables, and it for the run, for ever. Call it outside of"
                + " @Transactional methods.");
    assertThat(count("customers WHERE name = 'never'")).isZero();
    assertThat(sluice.status()).isEmpty();
  }

  /** Slow, so that whoever waits for its first row finds it running. */
  private LoadedMigration slow(CountDownLatch begun, AtomicInteger rows) {
    return CodeMigrations.rows("0009_slow", "Write names in capitals, slowly")
        .table("customers")
        .where("status IS NULL")
        .transform(
            List.of("name"),
            List.of("status"),
            "1",
            row -> {
              begun.countDown();
              Thread.sleep(1);
              rows.incrementAndGet();
              row.set("status", "done");
            })
        .undoByJournal()
        .workers(1)
        .chunkRows(100)
        .build();
  }

  @Test
  void aStopFromAnotherThreadEndsARunAfterItsChunk() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Sluice own = sluice.migrations(slow(begun, new AtomicInteger()));
    FutureTask<RunResult> run = new FutureTask<>(() -> own.run("0009_slow"));
    new Thread(run).start();
    begun.await();
    assertThat(database.count("pg_stat_activity WHERE " + OURS)).isPositive();

    assertThat(sluice.stop("0001_other")).isFalse();
    assertThat(sluice.stop("0009_slow")).isTrue();

    assertThat(run.get().message())
        .isEqualTo("0009_slow: stopped after the last chunk. Run it again to go on.");
    assertThat(count("customers WHERE status IS NULL")).isPositive();
    assertThat(own.run("0009_slow").outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(count("customers WHERE status = 'done'")).isEqualTo(ROWS);
  }

  @Test
  void aRunIsSteeredFromWhereverItIsCalled() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Sluice own = sluice.migrations(slow(begun, new AtomicInteger()));
    LiveMigration live = own.live("0009_slow");
    new SluiceSchema(database.dataSource()).upgrade(new StopSignal());
    assertThat(live.pause().message())
        .isEqualTo(
            "0009_slow: paused. No process runs it: the next one waits until 'resume 0009_slow'");
    FutureTask<RunResult> run = new FutureTask<>(() -> own.run("0009_slow"));
    new Thread(run).start();
    Awaitility.await()
        .until(
            () ->
                own.status("0009_slow").filter(now -> now.state() == RunState.PAUSED).isPresent());
    assertThat(begun.getCount()).as("no row was read").isEqualTo(1);

    assertThatIllegalArgumentException().isThrownBy(() -> live.tune("chunk.row=200"));
    assertThat(live.tune("chunk.rows=100").isRefused()).isFalse();
    assertThat(own.status("0009_slow").orElseThrow().tuned()).containsExactly("chunk.rows=100");
    assertThat(live.resume().message()).matches("0009_slow: goes on, was paused for \\d+ s");
    begun.await();
    assertThat(live.stop().message())
        .isEqualTo("0009_slow: stopped after its last chunk; the command that ran goes on there");
    assertThat(run.get().outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(own.run("0009_slow").outcome()).isEqualTo(Outcome.COMPLETED);
  }

  @Test
  void anInterruptOfTheCallerIsAStop() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Sluice own = sluice.migrations(slow(begun, new AtomicInteger()));
    AtomicBoolean interrupted = new AtomicBoolean();
    FutureTask<RunResult> run =
        new FutureTask<>(
            () -> {
              RunResult result = own.run("0009_slow");
              interrupted.set(Thread.currentThread().isInterrupted());
              return result;
            });
    Thread caller = new Thread(run);
    caller.start();
    begun.await();
    caller.interrupt();

    assertThat(run.get().outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(interrupted).isTrue();
    assertThat(count("customers WHERE status IS NULL")).isPositive();
  }

  @Test
  void closingStopsWhatRunsAndLeavesTheApplicationItsDataSource() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Sluice own = sluice.migrations(slow(begun, new AtomicInteger()));
    FutureTask<RunResult> run = new FutureTask<>(() -> own.run("0009_slow"));
    new Thread(run).start();
    begun.await();
    sluice.close();

    assertThat(run.get().outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(jdbc().queryForObject("SELECT 1", Integer.class)).isEqualTo(1);
    assertThatIllegalStateException()
        .isThrownBy(() -> own.status())
        .withMessage("this Sluice is closed");
  }

  @Test
  void connectsAsEveryDataSourceDoesThatTellsHow() {
    DriverManagerDataSource plain =
        new DriverManagerDataSource(
            database.url(), database.server().user(), database.server().password());
    HikariDataSource around = new HikariDataSource();
    around.setDataSource(database.dataSource());
    for (DataSource dataSource :
        List.of(database.dataSource(), plain, around, new TransactionAwareDataSourceProxy(plain))) {
      try (Sluice other = Sluice.using(dataSource)) {
        assertThat(other.status()).as("%s", dataSource).isEmpty();
      }
    }
    assertThat(around.isRunning()).isFalse();
  }

  @Test
  void refusesADataSourceThatDoesNotTellHowItConnects() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Sluice.using(new SingleConnectionDataSource(database.url(), "u", "p", true)))
        .withMessage(
            "org.springframework.jdbc.datasource.SingleConnectionDataSource does not tell where it"
                + " connects, so that connections beside its own are not possible, and its own are"
                + " for the application. Give a HikariDataSource, or a plain"
                + " DriverManagerDataSource or PGSimpleDataSource to the same database.");
  }

  @Test
  void aNumberIsUsedOnceOverFilesAndCode() {
    Sluice twice =
        sluice.migrations(
            CodeMigrations.transaction("0001_other", "The same number")
                .version("1")
                .up(jdbc -> {})
                .irreversible("it does nothing")
                .build());

    assertThatExceptionOfType(DefinitionException.class)
        .isThrownBy(() -> twice.run("0001_other"))
        .withMessage(
            "0001_other (in code): has number 1, and so has %s/0001_fill_status. Give it the next"
                    .formatted(jobs)
                + " free number.");
  }

  @Test
  void anIdThatNobodyKnowsIsRefused() {
    assertThatExceptionOfType(DefinitionException.class)
        .isThrownBy(() -> sluice.run("0002_normalise_fone"))
        .withMessage(
            jobs
                + ": has no migration '0002_normalise_fone'; did you mean '0002_normalise_phone'?"
                + " There are: 0001_fill_status, 0002_normalise_phone, 0003_seed_plans.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sluice.upTo("7"))
        .withMessageStartingWith("there is no migration '7'");
  }
}

package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.TableName;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.ThrottlePolicy.Load;
import dev.sluice.migration.ThrottlePolicy.Speed;
import dev.sluice.migration.TimeWindow;
import dev.sluice.migration.Tuning;
import dev.sluice.postgres.SqlStates;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TcpProxy;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A launch's throttle beside a real server, which may be lost, and under a tuning that changes. */
class AdaptiveThrottleIT {

  private static final String CHUNK_LOCK = "sluice.epoch/0001_test/1";

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private static final String OTHERS =
      "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
          + " AND backend_type = 'client backend'";

  private final AtomicReference<Tuning> tuning = new AtomicReference<>(Tuning.DEFAULT);

  /** Time passes, and now and then a test makes it pass faster. */
  private final AtomicLong skippedNanos = new AtomicLong();

  private TestDatabase database;
  private TcpProxy proxy;
  private AdaptiveThrottle throttle;

  @BeforeEach
  void start() throws Exception {
    database = PostgresServer.newest().newDatabase();
    database.execute("CREATE TABLE item (id int PRIMARY KEY); CREATE TABLE hold ()");
    proxy = database.server().newProxy();
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(proxy.jdbcUrl(database.name()));
    source.setUser(database.server().user());
    source.setPassword(database.server().password());
    source.setLoginTimeout(2); // as our own connections have one
    throttle =
        new AdaptiveThrottle(
            source,
            new AdaptiveThrottle.Subject(TableName.parse("item"), CHUNK_LOCK),
            tuning::get,
            Clock.fixed(NOON, ZoneOffset.UTC),
            () -> System.nanoTime() + skippedNanos.get());
  }

  @AfterEach
  void end() throws Exception {
    throttle.close();
    proxy.close();
    database.close();
  }

  private void set(ThrottlePolicy policy) {
    tuning.set(Tuning.DEFAULT.withThrottle(policy));
  }

  private String reason() {
    return throttle.pace() instanceof Pace.Wait wait ? wait.reason() : "";
  }

  private void awaitReason(String pattern) {
    Awaitility.await(pattern).until(() -> reason().matches(pattern));
  }

  @Test
  void byDefaultNothingIsWaitedForNotEvenAServerThatIsLost() {
    assertThat(reason()).isEmpty();
    proxy.cutAll();
    skippedNanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(reason()).isEmpty();
  }

  @Test
  void whatWasAskedForIsWaitedForWhileTheServerIsLostAndReadAgainByItself() {
    set(ThrottlePolicy.DEFAULT.withWhen("SELECT EXISTS (SELECT FROM hold)"));
    proxy.cutAll(); // else the answer may be there first
    assertThat(reason()).isEqualTo("throttle.when is not read yet");
    proxy.heal();
    awaitReason("");

    proxy.cutAll();
    awaitReason("throttle\\.when could not be read for [0-9]+ s: .+");
    proxy.heal();
    awaitReason("");
  }

  @Test
  void aSlowQueryOfTheUsersDoesNotHideWhoWaitsForAChunk() throws Exception {
    String slow = "SELECT pg_sleep(60) IS NULL"; // cut off after 3 s, and asked again
    database.execute("INSERT INTO item VALUES (1)");
    String began =
        "SELECT query_start FROM pg_stat_activity WHERE datname = current_database()"
            + " AND state = 'active' AND query = '%s'".formatted(slow);
    try (Connection chunk = database.connect();
        Connection application = database.connect()) {
      lockItem(chunk);
      CompletableFuture<Void> waits = CompletableFuture.runAsync(() -> update(application));
      set(ThrottlePolicy.DEFAULT.withWhen(slow));

      // the reason tells for how long: another one under the same query was sampled meanwhile
      AtomicReference<List<Map<String, Object>>> asked = new AtomicReference<>(List.of());
      AtomicReference<String> atFirst = new AtomicReference<>("");
      Awaitility.await("two samples in one query")
          .until(
              () -> {
                var now = database.jdbc().sql(began).query().listOfRows();
                String reason = reason();
                if (!asked.getAndSet(now).equals(now)) {
                  atFirst.set(reason);
                }
                return reason.matches("1 session waits for rows of this run, .*")
                    && !reason.equals(atFirst.get())
                    && !now.isEmpty()
                    && database.jdbc().sql(began).query().listOfRows().equals(now);
              });
      chunk.rollback();
      waits.join();
    }
  }

  /** It is asked once a second, for hours. */
  @Test
  void aQueryOfTheUsersThatWritesIsNoAnswer() {
    database.execute("CREATE SEQUENCE asked");
    set(ThrottlePolicy.DEFAULT.withWhen("SELECT nextval('asked') > 0"));

    awaitReason("throttle\\.when could not be read for [0-9]+ s: .*read-only.* \\[25006\\]");
    assertThat(database.count("asked WHERE is_called")).isZero();
  }

  private static void lockItem(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_try_advisory_xact_lock_shared(hashtextextended('%s', 0))"
              .formatted(CHUNK_LOCK));
      statement.execute("SELECT FROM item FOR UPDATE");
    }
  }

  private static void update(Connection connection) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT FROM item FOR UPDATE");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aTunedNumberOfWorkersHoldsAlsoWhileNobodyAsksAndNothingIsRead() {
    AtomicInteger workers = new AtomicInteger();
    throttle.resizeBy(workers::set);
    set(ThrottlePolicy.DEFAULT.withLoad(new Load(false, false, 0, Duration.ZERO)));
    assertThat(reason()).isEmpty();
    throttle.did(1);
    skippedNanos.addAndGet(Duration.ofSeconds(1).toNanos()); // as in a pause
    tuning.set(
        Tuning.DEFAULT
            .withThrottle(ThrottlePolicy.DEFAULT.withLoad(new Load(false, false, 0, Duration.ZERO)))
            .withWorkers(7));
    Awaitility.await("a tuned number").until(() -> workers.get() == 7);
  }

  @Test
  void followsTheTuningAtOnce() {
    set(ThrottlePolicy.DEFAULT.withWindow(TimeWindow.parse("22:00-06:00 UTC")));
    assertThat(reason())
        .isEqualTo("outside the window 22:00-06:00 UTC, it opens at 2026-11-21 22:00 UTC");
    set(ThrottlePolicy.DEFAULT.withSpeed(new Speed(Duration.ofMinutes(10), 0)));
    assertThat(reason()).as("a first chunk").isEmpty();
    throttle.did(100);
    assertThat(reason()).isEqualTo("a pause of 10 min after each chunk");
    set(ThrottlePolicy.DEFAULT);
    assertThat(reason()).isEmpty();
  }

  @Test
  void loadIsToldToTheWorkersOnceASecondWithTheirNumber() {
    AtomicInteger workers = new AtomicInteger();
    throttle.resizeBy(workers::set);
    set(ThrottlePolicy.DEFAULT.withLoad(new Load(true, true, 10_000, Duration.ZERO)));
    awaitReason("");
    Awaitility.await("a first look").until(() -> workers.get() == 2);
    tuning.set(Tuning.DEFAULT.withWorkers(5));
    Awaitility.await("a tuned number")
        .until(
            () -> {
              throttle.pace();
              return workers.get() == 5;
            });
  }

  @Test
  void withoutChunksNoSessionOfItIsAtWork() {
    set(ThrottlePolicy.DEFAULT.withWhen("SELECT false"));
    awaitReason("");
    throttle.did(1);
    skippedNanos.addAndGet(Duration.ofSeconds(1).toNanos());
    Awaitility.await("a look that rests")
        .pollDelay(Duration.ofMillis(600))
        .until(() -> database.count(OTHERS) == 0);
    // once a second: an answer to a question is forgotten again by the next
    Awaitility.await("what was known is forgotten")
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              String reason = reason();
              skippedNanos.addAndGet(Duration.ofSeconds(1).toNanos());
              return reason.equals("throttle.when is not read yet");
            });
  }

  @Test
  void loadSendsAWorkerAwayAndWithoutItThatOneReturns() throws Exception {
    AtomicInteger workers = new AtomicInteger();
    throttle.resizeBy(workers::set);
    set(ThrottlePolicy.DEFAULT.withLoad(new Load(true, true, 1, Duration.ZERO)));
    try (Connection one = database.connect();
        Connection two = database.connect()) {
      CompletableFuture<Void> sleeping =
          CompletableFuture.allOf(
              CompletableFuture.runAsync(() -> sleep(one)),
              CompletableFuture.runAsync(() -> sleep(two)));
      awaitReason("[0-9]+ active sessions > 1");
      awaitInQuickTime("one worker less", () -> workers.get() == 1);

      database.execute(
          """
          SELECT pg_cancel_backend(pid)
          FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'shop'
          """);
      awaitInQuickTime("both workers", () -> workers.get() == 2);
      sleeping.join();
    }
  }

  @Test
  void whatTheUserAsksForIsNoLoad() {
    List<Integer> told = new CopyOnWriteArrayList<>();
    throttle.resizeBy(told::add);
    set(ThrottlePolicy.DEFAULT.withWhen("SELECT true"));
    awaitReason("throttle\\.when returned true");

    awaitInQuickTime("looks of four periods, one a second", () -> told.size() > 40);
    assertThat(told).containsOnly(2);
  }

  /** Time passes ten times as fast, and a worker that waits asks all the time. */
  private void awaitInQuickTime(String moment, BooleanSupplier condition) {
    Duration step = Duration.ofMillis(20);
    Awaitility.await(moment)
        .pollInterval(step)
        .until(
            () -> {
              skippedNanos.addAndGet(step.multipliedBy(9).toNanos());
              reason();
              return condition.getAsBoolean();
            });
  }

  private static void sleep(Connection application) {
    try (Statement statement = application.createStatement()) {
      statement.execute("SET application_name = 'shop'"); // another than the sampler's
      statement.execute("SELECT pg_sleep(600)");
    } catch (SQLException e) {
      if (!SqlStates.QUERY_CANCELED.equals(e.getSQLState())) {
        throw new IllegalStateException(e);
      }
    }
  }
}

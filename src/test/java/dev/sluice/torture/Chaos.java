package dev.sluice.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/**
 * Runs the migration to its end and kills at random on the way: each time after the first
 * checkpoint and before the last. Whatever died, the program goes on by itself or by another {@code
 * run}.
 */
final class Chaos implements AutoCloseable {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(10);
  private static final Duration WAIT_MAX = Duration.ofMinutes(3);
  private static final int STARTS_A_KILL_MAX = 5;

  /** Of the rows that are left, at most so many are done before the next kill. */
  private static final double SHARE_MAX = 0.8;

  /** Before one kill of so many our process stands still, for longer than the application may. */
  private static final int STALL_EVERY = 4;

  private static final Duration STALL = Duration.ofMillis(2_500);

  private static final int BUSY = 7;
  private static final int FAILED = 5;

  private final Victim server;
  private final TestDatabase database;
  private final Path jobs;
  private final Gate gate;
  private final Random random;
  private final Progress progress;
  private final List<Kill> kills = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private SluiceProcess process;
  private int startsSinceKill;
  private int stalls;

  Chaos(Victim server, TestDatabase database, Path jobs, Form form, Model model, Random random)
      throws SQLException {
    this.server = server;
    this.database = database;
    this.jobs = jobs;
    this.random = random;
    this.gate = new Gate(database, form.kind(), model, random);
    this.progress = new Progress(database, form.kind());
    this.process = start();
  }

  private SluiceProcess start() {
    return SluiceProcess.command("run", Form.ID, jobs, database).start();
  }

  /** Returns when the first chunk is committed: whatever expand brings is there. */
  void awaitFirstCheckpoint() {
    awaitRowsDone(1);
  }

  /**
   * Kills so often. The last time it is our process.
   *
   * @param first what is killed first, so that short forms together meet every kind
   * @param beforeTheLastStart done while nothing runs; after it a run can end
   */
  void kill(int times, Kill.Weapon first, Runnable beforeTheLastStart) {
    for (int i = 0; i < times; i++) {
      boolean isLast = i == times - 1;
      double share = random.nextDouble() * Math.min(SHARE_MAX, 2.0 / (times - i + 1));
      awaitRowsDone(progress.rowsDone() + 1 + Math.round(share * progress.rowsDue()));
      if (!isLast && random.nextInt(STALL_EVERY) == 0) {
        stall();
      }
      kill(isLast ? Kill.Weapon.PROCESS : i == 0 ? first : draw());
      if (isLast) {
        beforeTheLastStart.run();
        gate.open();
      }
      startAgain();
    }
  }

  /** As a machine that is suspended: its transactions stay open, and hold what they hold. */
  private void stall() {
    process.suspend();
    Awaitility.await("a stall").pollDelay(STALL).atMost(WAIT_MAX).until(() -> true);
    process.resume();
    stalls++;
  }

  private Kill.Weapon draw() {
    int draw = random.nextInt(10);
    return draw < 5
        ? Kill.Weapon.PROCESS
        : draw < 7 ? Kill.Weapon.SESSION : draw < 8 ? Kill.Weapon.SESSIONS : Kill.Weapon.SERVER;
  }

  private void kill(Kill.Weapon weapon) {
    switch (weapon) {
      case PROCESS -> {
        process.kill9();
        process.waitFor();
      }
      case SESSION -> terminate("LIMIT 1");
      case SESSIONS -> terminate("");
      case SERVER -> {
        server.restart();
        gate.holdAgain();
      }
    }
    kills.add(new Kill(weapon, progress.rowsDone(), progress.rowsDue(), progress.checkpoints()));
    startsSinceKill = 0;
  }

  private void terminate(String limit) {
    database
        .jdbc()
        .sql(
            """
            SELECT count(pg_terminate_backend(pid))
            FROM (SELECT pid
                  FROM pg_stat_activity
                  WHERE application_name = 'sluice' AND datname = current_database()
                  ORDER BY md5(pid::text || ?)
                  %s) AS ours
            """
                .formatted(limit))
        .param(random.nextInt())
        .query(Long.class)
        .single();
  }

  private void awaitRowsDone(long rows) {
    await(
        rows + " rows done",
        () -> {
          if (!process.isAlive()) {
            assertThat(process.waitFor()).as("ended before it was killed: %s", process).isNotZero();
            startAgain();
          }
          return progress.rowsDone() >= rows || process.err().contains("sweep.waiting");
        });
  }

  private void await(String moment, BooleanSupplier condition) {
    Awaitility.await(moment)
        .atMost(WAIT_MAX)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL_INTERVAL)
        .conditionEvaluationListener(c -> {})
        .until(condition::getAsBoolean);
  }

  /** If it is dead: by us, or because it gave up over what we did to it. */
  private void startAgain() {
    if (process.isAlive()) {
      return;
    }
    int code = process.waitFor();
    boolean isKilled = !kills.isEmpty() && startsSinceKill == 0 && code > 128;
    if (!isKilled) {
      assertThat(code).as("after %s: %s", kills, process).isIn(BUSY, FAILED);
      assertThat(startsSinceKill).as("starts: %s", process).isLessThan(STARTS_A_KILL_MAX);
      failures.add("exit %d after %s: %s".formatted(code, last(), lastLine(process.err())));
    }
    startsSinceKill++;
    process = start();
  }

  private String last() {
    return kills.isEmpty() ? "nothing" : kills.get(kills.size() - 1).weapon().toString();
  }

  private static String lastLine(String text) {
    return text.lines().reduce((before, line) -> line).orElse("");
  }

  /** Waits until the run is complete, however often it must be started for that. */
  void finish() {
    await(
        "the run's end",
        () -> {
          if (process.isAlive()) {
            return false;
          }
          if (process.waitFor() == 0) {
            return true;
          }
          startAgain();
          return false;
        });
  }

  List<Kill> kills() {
    return kills;
  }

  /** What the last launch says of its own difficulties. */
  List<String> lastLaunch() {
    return process
        .err()
        .lines()
        .filter(line -> line.contains("sweep.") || line.contains("run.relaunch"))
        .toList();
  }

  /** How often our process stood still. */
  int stalls() {
    return stalls;
  }

  /** Launches that gave up and needed another {@code run}, with why. */
  List<String> failures() {
    return failures;
  }

  Progress progress() {
    return progress;
  }

  @Override
  public void close() throws SQLException {
    process.close();
    gate.close();
    progress.close();
  }
}

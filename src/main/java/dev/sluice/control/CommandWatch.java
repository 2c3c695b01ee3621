package dev.sluice.control;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Asks the database, all through a launch, what operators want of it, has it done, and tells what
 * the launch does.
 *
 * <p>One thread and one short query four times a second, never inside a chunk. A query that fails
 * is asked again: whether the database is lost, the runner lock tells.
 */
public final class CommandWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(CommandWatch.class);

  private static final long POLL_MILLIS = 250;

  /** A person should know that nobody listens. */
  private static final int FAILURES_TOLD = 20;

  private static final long END_MILLIS = 5_000;

  private final Epoch epoch;
  private final StopSignal stop;
  private final Steered steered;
  private final Obedience obedience;
  private final ActivityReport activity;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private boolean open;
  private volatile boolean launched;
  private int failures;

  /** Where commands are, and what is told. */
  record Tables(Commands commands, Ledger ledger, Activities activities) {
    static Tables of(DataSource dataSource) {
      JdbcTemplate jdbc = new JdbcTemplate(dataSource);
      jdbc.setQueryTimeout(Commands.TIMEOUT_SECONDS);
      return new Tables(new Commands(dataSource), new Ledger(jdbc), new Activities(dataSource));
    }
  }

  /**
   * What of the launch is steered.
   *
   * @param firstEpoch of the first launch of the same command
   * @param runner this process and its host
   * @param gate closed and opened by commands
   * @param rate added to by the workers
   */
  public record Controls(
      Epoch epoch,
      long firstEpoch,
      String runner,
      StopSignal stop,
      PauseGate gate,
      RecentRate rate) {}

  public CommandWatch(DataSource dataSource, Controls controls, Steered steered) {
    Tables tables = Tables.of(dataSource);
    this.epoch = controls.epoch();
    this.stop = controls.stop();
    this.steered = steered;
    this.obedience =
        new Obedience(
            tables,
            epoch,
            controls.firstEpoch(),
            controls.runner(),
            stop,
            controls.gate(),
            steered);
    this.activity = new ActivityReport(tables, epoch, controls.gate(), steered, controls.rate());
    this.thread = new Thread(this::watch, "control");
    this.thread.setDaemon(true);
  }

  /** Begins to listen, to a stop only: whether there is a launch at all is being asked. */
  public void start() {
    open = true;
    thread.start();
  }

  /**
   * The launch begins: takes over what holds from before, a pause and settings, listens to all
   * commands from here on, and tells what the launch does.
   *
   * @throws org.springframework.dao.DataAccessException if the database does not answer
   */
  public void launches() {
    obedience.begin();
    launched = true;
  }

  private void watch() {
    try {
      do {
        listen();
        if (stop.isStopped()) {
          stop.stopAndAwait(ended, steered::cancelRunning);
        }
      } while (!ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    try {
      if (launched) {
        obedience.obey();
        activity.report();
      } else {
        obedience.obeyStops();
      }
      failures = 0;
    } catch (RuntimeException e) {
      log.debug("control.unread migration={}", epoch.id(), e);
      if (++failures == FAILURES_TOLD) {
        log.warn(
            "control.unread migration={} commands of operators cannot be read: {}",
            epoch.id(),
            e.getMessage());
      }
    }
  }

  /** The launch is over; returns when nothing more is written of it. May be called twice. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    ended.countDown();
    try {
      thread.join(END_MILLIS);
      activity.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.debug("control.end migration={}", epoch.id(), e); // no database: the lock tells
    }
  }
}

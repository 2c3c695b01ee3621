package dev.sluice.cli;

import dev.sluice.control.Ledger;
import dev.sluice.control.RunState;
import dev.sluice.control.SluiceSchema;
import dev.sluice.migration.MigrationId;
import dev.sluice.monitoring.Progress;
import dev.sluice.monitoring.ProgressReader;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** Shows a run's progress on standard error: a bar on a terminal, a line every few seconds else. */
final class ProgressDisplay implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ProgressDisplay.class);

  private static final long BAR_INTERVAL_MILLIS = 500;
  private static final long LINE_INTERVAL_MILLIS = 5_000;
  private static final int BAR_WIDTH = 100;

  private final Ledger ledger;
  private final SluiceSchema schema;
  private final ProgressReader reader;
  private final MigrationId id;
  private final @Nullable ProgressBar bar;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable ScheduledFuture<?> ticks;

  ProgressDisplay(DataSource dataSource, MigrationId id) {
    this.ledger = new Ledger(new JdbcTemplate(dataSource));
    this.schema = new SluiceSchema(dataSource);
    this.reader = new ProgressReader(dataSource);
    this.id = id;
    this.bar = Terminal.isInteractive() ? newBar(id) : null;
  }

  void start() {
    long interval = bar == null ? LINE_INTERVAL_MILLIS : BAR_INTERVAL_MILLIS;
    ticks = timer.scheduleWithFixedDelay(this::tick, interval, interval, TimeUnit.MILLISECONDS);
  }

  private static ProgressBar newBar(MigrationId id) {
    return new ProgressBarBuilder()
        .setTaskName(id.value())
        .setInitialMax(-1)
        .setUnit(" rows", 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis((int) BAR_INTERVAL_MILLIS)
        .setConsumer(new ConsoleProgressBarConsumer(System.err, BAR_WIDTH))
        .showSpeed()
        .build();
  }

  private void tick() {
    try {
      read().ifPresent(this::show);
    } catch (DataAccessException e) {
      log.debug("progress.unavailable migration={}", id, e);
    }
  }

  private Optional<Progress> read() {
    return schema.exists() ? ledger.find(id).map(reader::read) : Optional.empty();
  }

  private void show(Progress progress) {
    if (bar != null) {
      bar.maxHint(Math.max(1, progress.rowsEstimated()));
      bar.stepTo(progress.rowsDone());
      String step = progress.step() == null ? "" : " " + progress.step();
      bar.setExtraMessage(progress.waiting() == null ? step : step + " " + progress.waiting());
    } else if (progress.state() == RunState.RUNNING) {
      log.info(
          "run.progress migration={} step={} rows={}/{} rate={}/s eta={}{}",
          id,
          progress.step(),
          progress.rowsDone(),
          progress.rowsEstimated(),
          progress.rowsPerSecond(),
          progress.etaSeconds() == null ? "unknown" : progress.etaSeconds() + "s",
          progress.waiting() == null ? "" : " waiting=" + progress.waiting());
    }
  }

  @Override
  public void close() {
    if (ticks != null) {
      ticks.cancel(false);
    }
    timer.shutdown();
    if (bar != null) {
      tick();
      bar.close();
    }
  }
}

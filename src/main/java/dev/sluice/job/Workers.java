package dev.sluice.job;

import dev.sluice.migration.Tuning;
import org.springframework.core.task.TaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** The worker threads of one launch. Closed, none goes on beside a relaunch or another process. */
final class Workers implements AutoCloseable {

  /** A chunk takes less than a second. */
  private static final int END_SECONDS = 10;

  private final ThreadPoolTaskExecutor threads = new ThreadPoolTaskExecutor();

  Workers(int count) {
    threads.setCorePoolSize(count);
    threads.setMaxPoolSize(count);
    threads.setThreadNamePrefix("worker-");
    threads.setWaitForTasksToCompleteOnShutdown(false);
    threads.setAwaitTerminationSeconds(END_SECONDS);
    threads.initialize();
  }

  TaskExecutor executor() {
    return threads;
  }

  /**
   * Changes their number: more begin at once, if partitions wait; surplus ones end with the
   * partition that they have. Safe for concurrent use.
   *
   * @param count taken as 1 to {@value Tuning#WORKERS_MAX}
   */
  synchronized void resize(int count) {
    int wanted = Math.max(1, Math.min(Tuning.WORKERS_MAX, count));
    // the maximum too: below it a surplus thread would take the next partition from the queue
    if (wanted > threads.getCorePoolSize()) {
      threads.setMaxPoolSize(wanted);
      threads.setCorePoolSize(wanted);
    } else {
      threads.setCorePoolSize(wanted);
      threads.setMaxPoolSize(wanted);
    }
  }

  /** How many there may be by now; surplus ones that still end their partition are not counted. */
  int count() {
    return threads.getCorePoolSize();
  }

  /** Threads with a partition or another task, those that wait in it included. */
  int busy() {
    return threads.getActiveCount();
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}

package dev.sluice.job;

import org.springframework.core.task.TaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** The worker threads of one launch. Closed, none goes on beside a relaunch or another process. */
final class Workers implements AutoCloseable {

  /** A chunk takes less than a second. */
  private static final int END_SECONDS = 10;

  private final ThreadPoolTaskExecutor threads = new ThreadPoolTaskExecutor();

  Workers(int count) {
    threads.setCorePoolSize(count);
    threads.setThreadNamePrefix("worker-");
    threads.setWaitForTasksToCompleteOnShutdown(false);
    threads.setAwaitTerminationSeconds(END_SECONDS);
    threads.initialize();
  }

  TaskExecutor executor() {
    return threads;
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}

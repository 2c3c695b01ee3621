package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Tuning;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** The number of threads follows at the end of each one's partition. */
class WorkersTest {

  private final Semaphore ends = new Semaphore(0);

  private void partition() {
    try {
      assertThat(ends.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError("a partition was interrupted", e);
    }
  }

  private static void awaitBusy(Workers workers, int count) {
    Awaitility.await().until(() -> workers.busy() == count);
  }

  @Test
  void moreTakeWhatIsQueuedAndSurplusOnesEndWithTheirPartition() {
    try (Workers workers = new Workers(1)) {
      for (int i = 0; i < 20; i++) {
        workers.executor().execute(this::partition);
      }
      awaitBusy(workers, 1);
      workers.resize(3);
      awaitBusy(workers, 3);
      workers.resize(1);
      assertThat(workers.busy()).as("nobody is interrupted").isEqualTo(3);
      ends.release(2);
      awaitBusy(workers, 1);
      ends.release(18);
      awaitBusy(workers, 0);
    }
  }

  @Test
  void thereIsAtLeastOneAndAtMostAsManyAsADefinitionMayAskFor() {
    try (Workers workers = new Workers(2)) {
      workers.resize(-1);
      assertThat(size(workers)).isEqualTo(1);
      workers.resize(1000);
      assertThat(size(workers)).isEqualTo(Tuning.WORKERS_MAX);
    }
  }

  private static int size(Workers workers) {
    ThreadPoolTaskExecutor threads = (ThreadPoolTaskExecutor) workers.executor();
    assertThat(threads.getMaxPoolSize()).isEqualTo(threads.getCorePoolSize());
    return threads.getCorePoolSize();
  }
}

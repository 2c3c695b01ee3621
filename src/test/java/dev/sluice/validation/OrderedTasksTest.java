package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OrderedTasksTest {
  private static final Waiter NO_WAIT = duration -> {};

  @Test
  void resultsComeInOrderWhicheverWasFirst() {
    CountDownLatch second = new CountDownLatch(1);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    List<String> results =
        OrderedTasks.run(
            3,
            2,
            NO_WAIT,
            (number, waiter) -> {
              threads.add(Thread.currentThread());
              if (number == 0) {
                awaitUninterruptibly(second);
              } else {
                second.countDown();
              }
              return "result " + number;
            });
    assertThat(results).containsExactly("result 0", "result 1", "result 2");
    assertThat(threads).hasSize(2).contains(Thread.currentThread());
  }

  @Test
  void noTasksHaveNoResults() {
    assertThat(OrderedTasks.<String>run(0, 4, NO_WAIT, (number, waiter) -> "")).isEmpty();
  }

  @Test
  void aFailureEndsTheTasksBehindItAndNotThoseBeforeIt() {
    CountDownLatch laterFailed = new CountDownLatch(1);
    CountDownLatch lastRuns = new CountDownLatch(1);
    Set<Integer> begun = ConcurrentHashMap.newKeySet();
    assertThatThrownBy(
            () ->
                OrderedTasks.run(
                    10,
                    3,
                    NO_WAIT,
                    (number, waiter) -> {
                      begun.add(number);
                      if (number == 0) {
                        awaitUninterruptibly(laterFailed);
                        waiter.await(Duration.ZERO); // goes on
                        throw new IllegalStateException("the first");
                      }
                      if (number == 1) {
                        awaitUninterruptibly(lastRuns);
                        laterFailed.countDown();
                        throw new IllegalStateException("the second");
                      }
                      lastRuns.countDown();
                      while (true) {
                        waiter.await(Duration.ZERO);
                      }
                    }))
        .hasMessage("the first")
        .satisfies(e -> assertThat(e.getSuppressed()).extracting("message").contains("the second"));
    assertThat(begun).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(threadsLeft()).isZero();
  }

  @Test
  void aStopEndsAll() {
    assertThatThrownBy(
            () ->
                OrderedTasks.run(
                    4,
                    2,
                    duration -> {
                      throw new Waiter.StoppedException();
                    },
                    (number, waiter) -> {
                      waiter.await(Duration.ZERO);
                      return number;
                    }))
        .isInstanceOf(Waiter.StoppedException.class);
    assertThat(threadsLeft()).isZero();
  }

  @Test
  void anInterruptEndsAllAndStaysKnown() {
    Thread caller = Thread.currentThread();
    CountDownLatch otherRuns = new CountDownLatch(1);
    CountDownLatch callerIsDone = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                OrderedTasks.run(
                    2,
                    2,
                    NO_WAIT,
                    (number, waiter) -> {
                      if (Thread.currentThread() == caller) {
                        awaitUninterruptibly(otherRuns);
                        callerIsDone.countDown();
                        return number;
                      }
                      otherRuns.countDown();
                      awaitUninterruptibly(callerIsDone);
                      caller.interrupt();
                      while (true) {
                        waiter.await(Duration.ZERO);
                      }
                    }))
        .isInstanceOf(Waiter.StoppedException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(threadsLeft()).isZero();
  }

  private static long threadsLeft() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("verify-"))
        .count();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

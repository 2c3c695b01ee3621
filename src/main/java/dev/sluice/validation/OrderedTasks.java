package dev.sluice.validation;

import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does numbered tasks on several threads, the calling one among them, and gives the results in the
 * order of the numbers: what is told does not depend on which thread was faster.
 *
 * <p>A task that fails ends those after it, at their next wait. Those before it go on, for they may
 * fail as well: thrown is the failure of the lowest number, as if one task had followed the other.
 * When the call returns no thread of it is left.
 */
final class OrderedTasks<T> {

  /** One of them; obeys an operator's stop, and the end of all, wherever it waits. */
  interface Task<T> {
    T run(int number, Waiter waiter);
  }

  private final int count;
  private final Waiter waiter;
  private final Task<T> task;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger firstFailed = new AtomicInteger(Integer.MAX_VALUE);
  private final Map<Integer, T> results = new ConcurrentHashMap<>();
  private final NavigableMap<Integer, Throwable> failures = new ConcurrentSkipListMap<>();

  private OrderedTasks(int count, Waiter waiter, Task<T> task) {
    this.count = count;
    this.waiter = waiter;
    this.task = task;
  }

  /**
   * @param count numbers from 0 on
   * @param threadsMax at least one
   * @param waiter that the tasks' own waiters ask
   * @throws Waiter.StoppedException if an operator asks to stop, or the thread is interrupted
   */
  static <T> List<T> run(int count, int threadsMax, Waiter waiter, Task<T> task) {
    return new OrderedTasks<>(count, waiter, task).run(Math.min(count, threadsMax));
  }

  private List<T> run(int threads) {
    List<Thread> others = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      Thread thread = new Thread(() -> waiter.duringWork(this::work), "verify-" + i);
      thread.setDaemon(true);
      thread.start();
      others.add(thread);
    }
    waiter.duringWork(this::work);
    boolean interrupted = awaitAll(others);
    if (!failures.isEmpty()) {
      throwFirst();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new Waiter.StoppedException();
    }
    List<T> inOrder = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      inOrder.add(results.get(i));
    }
    return inOrder;
  }

  private void work() {
    for (int i = next.getAndIncrement(); isWanted(i); i = next.getAndIncrement()) {
      int number = i;
      try {
        results.put(number, task.run(number, duration -> await(number, duration)));
      } catch (EndedException e) {
        return;
      } catch (Throwable e) { // an Error of a user's transform must not get lost with its thread
        failures.put(number, e);
        firstFailed.accumulateAndGet(number, Math::min);
        return;
      }
    }
  }

  private boolean isWanted(int number) {
    return number < count && number < firstFailed.get();
  }

  private void await(int number, Duration duration) {
    if (number > firstFailed.get()) {
      throw new EndedException();
    }
    waiter.await(duration);
  }

  /** True if the thread was interrupted meanwhile: then all of them end. */
  private boolean awaitAll(List<Thread> others) {
    boolean interrupted = false;
    for (Thread thread : others) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
          firstFailed.set(-1);
        }
      }
    }
    return interrupted;
  }

  private void throwFirst() {
    Throwable first = failures.firstEntry().getValue();
    failures.tailMap(failures.firstKey(), false).values().forEach(first::addSuppressed);
    if (first instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) first; // a task declares no other
  }

  /** Another task has failed, and the result of this one is not wanted any more. */
  private static final class EndedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}

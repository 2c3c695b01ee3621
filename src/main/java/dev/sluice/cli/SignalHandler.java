package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Answers SIGTERM and SIGINT: workers end their chunk, the process exits with the run's own code.
 *
 * <p>A shutdown hook, as the JVM's only portable answer to a signal. It waits for the run to end
 * and then halts with the code that the run had; without it the JVM would exit with 143 or 130.
 */
final class SignalHandler implements AutoCloseable {

  /** A chunk takes less than that; what takes longer is a scan or an index, and is cancelled. */
  private static final long CHUNK_SECONDS = 1;

  /** What is not over by then is stuck, and restartable. */
  private static final int CANCELS_MAX = 30;

  private final StopSignal stop;
  private final Runnable cancelRunning;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::signalled, "signal");
  private volatile int exitCode = ExitCode.STOPPED;

  private SignalHandler(StopSignal stop, Runnable cancelRunning) {
    this.stop = stop;
    this.cancelRunning = cancelRunning;
  }

  /**
   * @param cancelRunning cancels the statements that run
   */
  static SignalHandler install(StopSignal stop, Runnable cancelRunning) {
    SignalHandler handler = new SignalHandler(stop, cancelRunning);
    Runtime.getRuntime().addShutdownHook(handler.hook);
    return handler;
  }

  /** The code to exit with if a signal came. */
  void exitWith(int code) {
    exitCode = code;
  }

  private void signalled() {
    stop.stop();
    try {
      boolean over = ended.await(CHUNK_SECONDS, TimeUnit.SECONDS);
      for (int i = 0; !over && i < CANCELS_MAX; i++) {
        cancelRunning.run();
        over = ended.await(1, TimeUnit.SECONDS);
      }
      if (!over) {
        exitCode = ExitCode.FAILED;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }

  /** The run is over: an exit from here on is the program's own. */
  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // a signal came: the hook runs, and halts with the code
    }
  }
}

package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import java.util.concurrent.CountDownLatch;

/**
 * Answers SIGTERM and SIGINT: workers end their chunk, the process exits with the run's own code.
 *
 * <p>A shutdown hook, as the JVM's only portable answer to a signal. It waits for the run to end
 * and then halts with the code that the run had; without it the JVM would exit with 143 or 130.
 */
final class SignalHandler implements AutoCloseable {

  private final StopSignal stop;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::signalled, "signal");
  private volatile Runnable cancelRunning = () -> {};
  private volatile int exitCode = ExitCode.STOPPED;

  private SignalHandler(StopSignal stop) {
    this.stop = stop;
  }

  static SignalHandler install(StopSignal stop) {
    SignalHandler handler = new SignalHandler(stop);
    Runtime.getRuntime().addShutdownHook(handler.hook);
    return handler;
  }

  /**
   * @param canceller cancels the statements that run; until it is given there are none
   */
  void cancelBy(Runnable canceller) {
    cancelRunning = canceller;
  }

  /** The code to exit with if a signal came. */
  void exitWith(int code) {
    exitCode = code;
  }

  private void signalled() {
    try {
      if (!stop.stopAndAwait(ended, () -> cancelRunning.run())) {
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

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

  /** A chunk takes less than a second; what is not over by then is stuck, and restartable. */
  private static final long PATIENCE_SECONDS = 30;

  private final StopSignal stop;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::signalled, "signal");
  private volatile int exitCode = ExitCode.STOPPED;

  private SignalHandler(StopSignal stop) {
    this.stop = stop;
  }

  static SignalHandler install(StopSignal stop) {
    SignalHandler handler = new SignalHandler(stop);
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
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
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

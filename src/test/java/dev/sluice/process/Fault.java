package dev.sluice.process;

import dev.sluice.testing.SeparateServer;
import dev.sluice.testing.TestDatabase;
import java.util.function.Consumer;

/**
 * Something that goes wrong in the middle of a run.
 *
 * @param name what
 * @param how injected how
 * @param transform in a run with Java, else in SQL
 * @param quick always tried; the others only with the torture
 * @param exitCode of the process that meets it; 0: it goes on by itself
 * @param says what standard error must contain
 * @param beforeRun prepares the database
 */
record Fault(
    String name,
    String how,
    boolean transform,
    boolean quick,
    int exitCode,
    String says,
    Consumer<TestDatabase> beforeRun,
    Injection injection) {

  /** Injects the fault, and returns when its cause is over. */
  @FunctionalInterface
  interface Injection {
    void inject(FaultRun run, SeparateServer server) throws Exception;
  }

  Fault(String name, String how, Injection injection) {
    this(name, how, false, false, 0, "", database -> {}, injection);
  }

  Fault exits(int code) {
    return new Fault(name, how, transform, quick, code, says, beforeRun, injection);
  }

  Fault says(String text) {
    return new Fault(name, how, transform, quick, exitCode, text, beforeRun, injection);
  }

  Fault first(Consumer<TestDatabase> prepare) {
    return new Fault(name, how, transform, quick, exitCode, says, prepare, injection);
  }

  /** The same in a run with Java. */
  Fault inJava() {
    return new Fault(name, how, true, false, exitCode, says, beforeRun, injection);
  }

  Fault always() {
    return new Fault(name, how, transform, true, exitCode, says, beforeRun, injection);
  }

  @Override
  public String toString() {
    return name + (transform ? " (Java)" : "");
  }
}

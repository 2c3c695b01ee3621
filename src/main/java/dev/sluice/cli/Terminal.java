package dev.sluice.cli;

import java.io.Console;

/** Whether a person is watching. */
final class Terminal {

  private Terminal() {}

  /**
   * True if standard input and output are a terminal. Until Java 21 a console exists only then;
   * later ones have it always and tell by {@code isTerminal}.
   */
  @SuppressWarnings("SystemConsoleNull") // both meanings are asked for
  static boolean isInteractive() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    if (Runtime.version().feature() < 22) {
      return true;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}

package dev.sluice;

import dev.sluice.cli.SluiceCommand;

/** The command line's entry point. */
public final class SluiceApplication {
  private SluiceApplication() {}

  public static void main(String[] args) {
    System.exit(SluiceCommand.execute(args));
  }
}

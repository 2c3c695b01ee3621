package dev.sluice;

/** The command line's entry point. */
public final class SluiceApplication {
  private SluiceApplication() {}

  public static void main(String[] args) {}
}

package dev.sluice.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the jar's own version. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"sluice " + (version == null ? "(not packaged)" : version)};
  }
}

package dev.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What concerns the ledger as a whole. */
@Command(
    name = "ledger",
    description = "The table of migrations and their states.",
    mixinStandardHelpOptions = true,
    subcommands = LedgerImportCommand.class)
final class LedgerCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing: import");
  }
}

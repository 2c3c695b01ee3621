package dev.sluice.cli;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.SluiceSchema;
import dev.sluice.monitoring.Progress;
import dev.sluice.monitoring.ProgressReader;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says where each migration stands. Writes nothing. */
@Command(
    name = "status",
    description = "Says where each migration stands.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin DatabaseOptions database = new DatabaseOptions();

  @Parameters(arity = "0..1", paramLabel = "ID", description = "only this migration")
  @Nullable String id;

  @Option(names = "--json", description = "an array of objects, for programs")
  boolean json;

  @Override
  public Integer call() {
    try (ConfigurableApplicationContext context = database.open()) {
      List<Progress> all = read(context.getBean(DataSource.class));
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(ProgressFormat.json(all));
      } else {
        all.forEach(progress -> out.println(ProgressFormat.text(progress)));
      }
      out.flush();
      if (id != null && all.isEmpty()) {
        spec.commandLine().getErr().println(id + ": was never run on this database");
      }
      return ExitCode.DONE;
    }
  }

  private List<Progress> read(DataSource dataSource) {
    if (!new SluiceSchema(dataSource).exists()) {
      return List.of();
    }
    new SluiceSchema(dataSource).requireCurrent();
    Ledger ledger = new Ledger(new JdbcTemplate(dataSource));
    ProgressReader reader = new ProgressReader(dataSource);
    List<LedgerEntry> entries =
        id == null ? ledger.all() : ledger.find(DefinitionOptions.id(id)).stream().toList();
    return entries.stream().map(reader::read).toList();
  }
}

package dev.sluice.cli;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.SluiceSchema;
import dev.sluice.monitoring.Progress;
import dev.sluice.monitoring.ProgressReader;
import java.io.PrintWriter;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import picocli.CommandLine.Command;

/** Says where each migration stands. Writes nothing. */
@Command(name = "status", description = "Says where each migration stands.")
final class StatusCommand extends LedgerReadCommand {

  @Override
  boolean print(DataSource dataSource, PrintWriter out) {
    List<Progress> all = read(dataSource);
    if (json) {
      out.println(ProgressFormat.json(all));
    } else {
      all.forEach(progress -> out.println(ProgressFormat.text(progress)));
    }
    return !all.isEmpty();
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

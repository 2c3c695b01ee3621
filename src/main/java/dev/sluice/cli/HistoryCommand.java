package dev.sluice.cli;

import dev.sluice.control.Event;
import dev.sluice.control.History;
import dev.sluice.control.SluiceSchema;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;
import org.springframework.jdbc.core.JdbcTemplate;
import picocli.CommandLine.Command;

/** Says what became of the migrations, and by whom. Writes nothing. */
@Command(
    name = "history",
    description = "Says what became of each migration: when, by whom, with which checksum.")
final class HistoryCommand extends LedgerReadCommand {

  private static final int CHECKSUM_SHOWN = 12;

  @Override
  boolean print(DataSource dataSource, PrintWriter out) {
    List<Event> events = read(dataSource);
    if (json) {
      out.println(
          JsonWriter.standard()
              .writeToString(events.stream().map(HistoryCommand::fields).toList()));
    } else {
      events.forEach(event -> out.println(line(event)));
    }
    return !events.isEmpty();
  }

  private List<Event> read(DataSource dataSource) {
    return new SluiceSchema(dataSource).hasHistory()
        ? new History(new JdbcTemplate(dataSource))
            .events(id == null ? null : DefinitionOptions.id(id))
        : List.of();
  }

  private static String line(Event event) {
    return "%s  %s  run %d  %s: %s -> %s  checksum %s  by %s%s"
        .formatted(
            shown(event.at()),
            event.id(),
            event.run(),
            event.cause().label(),
            event.before().label(),
            event.state().label(),
            event.checksum().substring(0, Math.min(CHECKSUM_SHOWN, event.checksum().length())),
            event.by(),
            event.note() == null ? "" : "  " + event.note());
  }

  private static Instant shown(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS);
  }

  private static Map<String, @Nullable Object> fields(Event event) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", event.id().value());
    fields.put("run", event.run());
    fields.put("at", event.at().toString());
    fields.put("cause", event.cause().label());
    fields.put("before", event.before().label());
    fields.put("state", event.state().label());
    fields.put("checksum", event.checksum());
    fields.put("by", event.by());
    fields.put("note", event.note());
    return fields;
  }
}

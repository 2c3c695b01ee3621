package dev.sluice.validation;

import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The program's own tables, with a ledger row for {@link TestMigration}. */
final class ControlTables {
  private static final List<String> SCRIPTS =
      List.of(
          "/dev/sluice/control/V1__foundation.sql",
          "/dev/sluice/control/V2__undo.sql",
          "/dev/sluice/control/V5__quarantine.sql");

  private ControlTables() {}

  static void create(TestDatabase database) {
    database.execute("CREATE SCHEMA sluice");
    SCRIPTS.forEach(script -> execute(database, script));
    database.execute(
        """
        INSERT INTO sluice.migration (id, checksum, state) VALUES ('0007_test', '00', 'running')
        """);
  }

  private static void execute(TestDatabase database, String script) {
    try (InputStream text = ControlTables.class.getResourceAsStream(script)) {
      database.execute(
          "SET search_path TO sluice; %s; RESET search_path"
              .formatted(new String(text.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

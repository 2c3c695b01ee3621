package dev.sluice.validation;

import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The program's own tables, with a ledger row for {@link TestMigration}. */
final class ControlTables {
  private static final String FOUNDATION = "/dev/sluice/control/V1__foundation.sql";

  private ControlTables() {}

  static void create(TestDatabase database) {
    try (InputStream script = ControlTables.class.getResourceAsStream(FOUNDATION)) {
      String sql = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      database.execute(
          "CREATE SCHEMA sluice; SET search_path TO sluice; %s; RESET search_path".formatted(sql));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    database.execute(
        """
        INSERT INTO sluice.migration (id, checksum, state) VALUES ('0007_test', '00', 'running')
        """);
  }
}

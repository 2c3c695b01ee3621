package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.MigrationId;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transform's page is looked for without locks, and with a snapshot that must not grow old. */
class SlowLookIT {

  private static final MigrationId ID = new MigrationId("0001_upper");

  @TempDir private Path jobs;

  @Test
  void aLookThatTakesTooLongLooksLessFar() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute(
          """
          CREATE TABLE item (id int PRIMARY KEY, name text, plain_name text);
          INSERT INTO item SELECT n, 'name', CASE WHEN n % 100 <> 0 THEN 'NAME' END
          FROM generate_series(1, 400) AS n;
          CREATE FUNCTION is_open(id int, value text) RETURNS boolean LANGUAGE plpgsql AS $$
          BEGIN
            IF id <= 50 AND current_query() LIKE '%_kxmin%' THEN -- in the look for a page
              PERFORM pg_sleep(0.015);
            END IF;
            RETURN value IS NULL;
          END $$;
          """);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID.value(),
                  """
                  table: item
                  where: is_open(id, plain_name)
                  transform: {class: Upper, read: [name], write: [plain_name]}
                  chunk: {target-time: 50ms}
                  workers: 1
                  """)
              .write(
                  ID.value(),
                  "Upper.java",
                  """
                  import dev.sluice.migration.Row;
                  import dev.sluice.migration.RowTransformer;
                  import java.util.Locale;

                  public class Upper implements RowTransformer {
                    @Override
                    public void transform(Row row) {
                      row.set("plain_name", row.getString("name").toUpperCase(Locale.ROOT));
                    }
                  }
                  """);
      try (SluiceProcess process = migrations.start(ID.value())) {
        assertThat(process.waitFor()).as("%s", process).isZero();
        assertThat(process.err()).contains("backfill.rollback").contains("sqlstate=57014");
      }
      assertThat(database.count("item WHERE plain_name = 'NAME'")).isEqualTo(400);
    }
  }
}

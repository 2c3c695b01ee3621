package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL looks first into the schema that is called like the role. */
class SearchPathIT {

  private static final String ID = "0001_fill";

  @TempDir private Path jobs;

  @Test
  void aRoleNamedLikeOurSchemaWorksOnTheUsersTables() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute(
          """
          DO $$ BEGIN
            CREATE ROLE sluice;
          EXCEPTION WHEN duplicate_object THEN
          END $$;
          ALTER ROLE sluice SUPERUSER LOGIN PASSWORD '%s';
          CREATE TABLE migration (id int PRIMARY KEY, checksum text, b text);
          INSERT INTO migration SELECT i, 'c' || i FROM generate_series(1, 500) AS i;
          """
              .formatted(database.server().password()));
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID,
                  """
                  table: migration
                  where: b IS NULL
                  set: {b: upper(checksum)}
                  """)
              .write(ID, "expand.up.sql", "CREATE TABLE made_by_expand (id int PRIMARY KEY);");
      try (SluiceProcess process = migrations.commandAs("sluice", ID).start()) {
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
      assertThat(database.count("public.migration WHERE b = upper(checksum)")).isEqualTo(500);
      assertThat(database.count("public.made_by_expand")).isZero();
    }
  }
}

package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What only the executable jar can get wrong: libraries are jars inside it. */
class PackagedProgramIT {

  @Test
  void compilesATransformAgainstALibraryInsideTheJar() {
    Scenario example = Scenario.of(Path.of("jobs"), "0003_normalise_phone");
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute(example.before());

      try (SluiceProcess process =
          SluiceProcess.command("run", example.id().value(), example.jobs(), database)
              .asOperatorsDo()
              .start()) {
        assertThat(process.waitFor()).as(process.toString()).isZero();
      }

      assertThat(database.count("customers WHERE phone_status = 'ok'")).isEqualTo(4005);
    }
  }
}

package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.MigrationId;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.OptimisticLockingFailureException;

class FailuresTest {

  private static final MigrationId ID = new MigrationId("0001_upper");

  @ParameterizedTest
  @CsvSource({
    "53100, false, disk full: what comes free is the application's",
    "53200, true, out of memory: others give theirs back",
    "53300, true, too many connections",
    "53400, false, a configured limit: the same work meets it again",
    "58030, false, the server's disk does not answer"
  })
  void aLackOfResourcesPassesOrNot(String state, boolean passes, String why) {
    assertThat(Failures.mayPass(new SQLException("no", state))).as(why).isEqualTo(passes);
  }

  @Test
  void aFullDiskSaysWhyItIsNotTriedAgain() {
    SQLException full =
        new SQLException("ERROR: could not extend file: No space left on device", "53100");

    assertThat(Failures.describe(ID, full))
        .isEqualTo(
            """
            0001_upper: ERROR: could not extend file: No space left on device [53100]
            The disk of the server is full, and what is left is the application's: not tried again. Make room, and run it again to go on.""");
  }

  @Test
  void aStepWhoseLastChunksTheCrashedServerLostIsReadAnewByTheNextLaunch() {
    assertThat(Failures.mayPass(new OptimisticLockingFailureException("version 4, current 3")))
        .isTrue();
  }
}

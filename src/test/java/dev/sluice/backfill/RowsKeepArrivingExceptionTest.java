package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Change;
import dev.sluice.migration.Checks;
import dev.sluice.migration.CleanupPolicy;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.Sync;
import dev.sluice.migration.TableName;
import dev.sluice.migration.Tuning;
import dev.sluice.migration.Undo;
import dev.sluice.migration.VerifyPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowsKeepArrivingExceptionTest {

  private static final Identifier LOGIN = Identifier.parse("login");

  private static final Change SET = new Change.SetExpressions(Map.of(LOGIN, "lower(name)"));
  private static final Change TRANSFORM =
      new Change.Transform("Lower", List.of(Identifier.parse("name")), List.of(LOGIN));

  @Test
  void eachKindOfSyncHasItsOwnRemedy() {
    String found =
        "0008_login: after 30 rounds 120 rows of acc are under the guard (a round before: 95):"
            + " the application keeps writing such rows";

    assertThat(message(SET, new Sync.None()))
        .isEqualTo(
            found
                + ". Write 'sync: trigger', give the column a DEFAULT in expand.up.sql, or let the"
                + " application write it, and run again.");
    assertThat(message(TRANSFORM, new Sync.None()))
        .isEqualTo(
            found
                + ". Give the column a DEFAULT, or let the application write it, and run again;"
                + " or roll the run back, write 'sync: capture', and run it again.");
    assertThat(message(SET, new Sync.Trigger(Map.of(), false)))
        .isEqualTo(
            found
                + ", though a sync trigger should compute them: it is missing or disabled, or"
                + " something writes with the setting sluice.migration. Run again, which puts the"
                + " trigger back.");
    assertThat(message(TRANSFORM, new Sync.Capture()))
        .isEqualTo(
            found
                + ", though a capture trigger should note them: it is missing or disabled, or"
                + " something writes with the setting sluice.migration. Run again, which puts the"
                + " trigger back.");
  }

  private static String message(Change change, Sync sync) {
    DataMigration migration =
        new DataMigration(
            new MigrationId("0008_login"),
            "a test",
            Path.of("jobs", "0008_login"),
            "00",
            List.of(),
            TableName.parse("acc"),
            List.of(),
            "login IS NULL",
            change,
            new Undo.None("a test"),
            sync,
            Tuning.DEFAULT,
            Checks.NONE,
            VerifyPolicy.DEFAULT,
            OnFailure.STOP,
            CleanupPolicy.DEFAULT,
            Map.of(),
            null);
    return String.valueOf(new RowsKeepArrivingException(migration, 30, 120, 95).getMessage());
  }
}

package dev.sluice.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.job.Outcome;
import dev.sluice.job.RunResult;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Code of an application runs once, as a whole, and its end is told in full. */
class TransactionMigrationIT {

  private static final String ID = "0001_seed";

  private TestDatabase database;
  private Sluice sluice;

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    database.execute("CREATE TABLE plan (name text PRIMARY KEY)");
    sluice = Sluice.using(database.dataSource());
  }

  @AfterEach
  void drop() {
    sluice.close();
    database.close();
  }

  private static TransactionMigrationBuilder seed() {
    return CodeMigrations.transaction(ID, "Make a plan")
        .version("1")
        .up(jdbc -> jdbc.update("INSERT INTO plan VALUES ('free')"))
        .down(jdbc -> jdbc.update("DELETE FROM plan"));
  }

  private RunResult run(TransactionMigrationBuilder migration) {
    return sluice.migrations(migration.build()).run(ID);
  }

  private RunResult rollback(TransactionMigrationBuilder migration) {
    return sluice.migrations(migration.build()).rollback(ID);
  }

  @Test
  void runsAgainOnceItWasTakenBack() {
    assertThat(run(seed()).outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(sluice.migrations(seed().build()).rollbackDryRun(ID).message())
        .contains("would run down in one transaction");
    assertThat(rollback(seed()).message().replaceAll("time .*", "time   …"))
        .isEqualTo(
            """
            0001_seed: rolled back
              ran    down
              time   …
              next   'run 0001_seed' begins anew""");
    assertThat(database.count("plan")).isZero();
    assertThat(run(seed()).outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(database.count("plan")).isEqualTo(1);
    assertThat(rollback(seed()).outcome()).isEqualTo(Outcome.ROLLED_BACK);
  }

  @Test
  void whatFailsLeavesNothingAndTellsNoValueOfARow() {
    TransactionMigrationBuilder failing =
        seed()
            .up(
                jdbc -> {
                  jdbc.update("INSERT INTO plan VALUES ('free')");
                  throw new IllegalStateException("secret");
                });

    RunResult result = run(failing);

    assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.message().replaceAll("java:[0-9]+", "java:NN"))
        .isEqualTo(
            """
            0001_seed: up: threw java.lang.IllegalStateException at TransactionMigrationIT.java:NN
            Its transaction was rolled back, nothing of it is applied. Correct the cause, and run \
            it again.""");
    assertThat(database.count("plan")).isZero();
    assertThat(database.count("sluice.batch_step_execution WHERE exit_message LIKE '%secret%'"))
        .isZero();
    assertThat(run(seed()).outcome()).as("corrected").isEqualTo(Outcome.COMPLETED);
  }

  @Test
  void anErrorOfTheDatabaseIsTold() {
    assertThat(run(seed().up(jdbc -> jdbc.execute("SELECT 1 FROM nowhere"))).message())
        .isEqualTo(
            """
            0001_seed: up: ERROR: relation "nowhere" does not exist [42P01]
            Its transaction was rolled back, nothing of it is applied. Correct the cause, and run \
            it again.""");
  }

  @Test
  void whatPassesByItselfIsTriedAgainFromItsBeginning() {
    AtomicInteger attempts = new AtomicInteger();
    TransactionMigrationBuilder unlucky =
        seed()
            .up(
                jdbc -> {
                  jdbc.update("INSERT INTO plan VALUES ('free')");
                  if (attempts.incrementAndGet() == 1) {
                    jdbc.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$");
                  }
                });

    assertThat(run(unlucky).outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(attempts).hasValue(2);
    assertThat(database.count("plan")).isEqualTo(1);
  }

  @Test
  void aRunThatDiedBetweenTheCodeAndTheNoteOfItsStepDoesNotRepeatIt() {
    AtomicInteger runs = new AtomicInteger();
    TransactionMigrationBuilder counted = seed().up(jdbc -> runs.incrementAndGet());
    assertThat(run(counted).outcome()).isEqualTo(Outcome.COMPLETED);
    database.execute(
        """
        UPDATE sluice.migration SET state = 'running', ended_at = NULL;
        UPDATE sluice.batch_job_execution SET status = 'STARTED', end_time = NULL;
        UPDATE sluice.batch_step_execution SET status = 'STARTED', end_time = NULL
        WHERE step_name = 'up';
        """);

    assertThat(run(counted).outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(runs).hasValue(1);
  }

  @Test
  void validateDecides() {
    TransactionMigrationBuilder wrong = seed().validate(jdbc -> false);
    RunResult result = run(wrong);
    assertThat(result.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
    assertThat(result.message())
        .isEqualTo(
            """
            0001_seed: verification failed: validate returned false
            Correct the rows or the definition, and verify again.""");
    assertThat(run(seed().validate(jdbc -> jdbc.update("DELETE FROM plan") == 1)).message())
        .startsWith(
            "0001_seed: verification failed: validate ERROR: cannot execute DELETE in a read-only"
                + " transaction [25006]");
    assertThat(database.count("plan")).isEqualTo(1);
    TransactionMigrationBuilder right = seed().validate(jdbc -> true);
    assertThat(run(right).outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(sluice.migrations(right.build()).verify(ID).message())
        .isEqualTo("0001_seed: verified\n  ok     validate: returned true");
    assertThat(sluice.migrations(seed().build()).verify(ID).message())
        .isEqualTo("0001_seed: has neither rows nor code to verify it by");
  }

  @Test
  void aFailedOneIsTakenBackIfThatIsAsked() {
    RunResult result = run(seed().validate(jdbc -> false).rollbackOnFailure());

    assertThat(result.outcome()).isEqualTo(Outcome.FAILED_AND_ROLLED_BACK);
    assertThat(result.message())
        .startsWith("0001_seed: failed, and was taken back as 'on-failure: rollback' asks")
        .contains("0001_seed: verification failed: validate returned false")
        .contains("0001_seed: rolled back");
    assertThat(database.count("plan")).isZero();
  }

  @Test
  void whatCannotBeTakenBackSaysSoBeforeAndRefuses() {
    TransactionMigrationBuilder irreversible =
        CodeMigrations.transaction(ID, "Make a plan")
            .version("1")
            .up(jdbc -> jdbc.update("INSERT INTO plan VALUES ('free')"))
            .irreversible("mails were sent");

    assertThat(sluice.migrations(irreversible.build()).dryRun(ID).message())
        .isEqualTo(
            """
            0001_seed: Make a plan
            would run up in one transaction, each statement of it at most 5000 ms
            note: cannot be taken back: mails were sent""");
    assertThat(run(irreversible).outcome()).isEqualTo(Outcome.COMPLETED);
    RunResult back = rollback(irreversible);
    assertThat(back.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(back.message()).isEqualTo("0001_seed: cannot be taken back: mails were sent");
  }

  @Test
  void codeThatCommitsIsFoundOut() {
    RunResult result =
        run(
            seed()
                .up(
                    jdbc -> {
                      jdbc.update("INSERT INTO plan VALUES ('free')");
                      jdbc.execute("COMMIT");
                    }));

    assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.message())
        .isEqualTo(
            """
            0001_seed: up ended the transaction that it was given, by COMMIT or ROLLBACK: what it \
            did before may stay, and nothing tells that it ran.
            Take that out of it, put right by hand what stays, and run it again.""");
  }

  @Test
  void aStatementThatTakesTooLongIsEndedAndItsLocksWithIt() {
    assertThat(
            run(seed()
                    .timeLimit(Duration.ofMillis(100))
                    .up(jdbc -> jdbc.execute("SELECT pg_sleep(60)")))
                .message())
        .startsWith("0001_seed: up: ERROR: canceling statement due to statement timeout [57014]");
  }

  @Test
  void anAppliedOneWithAnotherVersionIsRefused() {
    assertThat(run(seed()).outcome()).isEqualTo(Outcome.COMPLETED);
    RunResult changed = run(seed().version("2"));
    assertThat(changed.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(changed.message()).contains("with other files (checksum ");
  }

  @Test
  void waitsForWhatItDependsOn() {
    assertThat(run(seed().dependsOn("0000_base")).message())
        .isEqualTo("0001_seed: depends on 0000_base, not applied yet. Run that first.");
  }
}

package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Change;
import dev.sluice.migration.Check;
import dev.sluice.migration.ChunkPolicy;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.RetryPolicy;
import dev.sluice.migration.Sync;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.Tuning;
import dev.sluice.migration.Undo;
import dev.sluice.migration.VerifyPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DefinitionTest {

  @TempDir private Path temporary;
  private JobsFolder jobs;

  @BeforeEach
  void createJobs() {
    jobs = new JobsFolder(temporary);
  }

  @Test
  void readsTheSmallestDefinition() {
    DataMigration migration = jobs.definition(JobsFolder.GOOD).load();
    assertThat(migration.id()).hasToString("0001_test");
    assertThat(migration.description()).isEqualTo("Split the name");
    assertThat(migration.folder()).isEqualTo(jobs.path("0001_test"));
    assertThat(migration.table()).hasToString("users");
    assertThat(migration.guard()).isEqualTo("first_name IS NULL");
    assertThat(migration.change().writtenColumns()).containsExactly(new Identifier("first_name"));
  }

  @Test
  void defaultsAreThese() {
    DataMigration migration = jobs.definition(JobsFolder.GOOD).load();
    assertThat(migration.key()).isEmpty();
    assertThat(migration.undo()).isEqualTo(new Undo.Undecided());
    assertThat(migration.tuning()).isEqualTo(Tuning.DEFAULT);
    assertThat(migration.verify()).isEqualTo(VerifyPolicy.DEFAULT);
    assertThat(migration.checks().before()).isEmpty();
    assertThat(migration.checks().after()).isEmpty();
    assertThat(migration.checks().distribution()).isEmpty();
    assertThat(migration.scripts()).isEmpty();
    assertThat(migration.owner()).isNull();
  }

  @Test
  void readsEveryKeyThatIsBuilt() {
    DataMigration migration =
        jobs.definition(
                """
                description: |
                  Tier
                table: app."Users"
                key: [Tenant, "\\"Id\\""]
                where: |
                  tier IS NULL
                set:
                  Tier: "CASE WHEN x = ';' THEN 'a' END"
                  "\\"Note\\"": "'it''s'"
                sync: none
                undo: none
                irreversible: The old tiers are not known.
                chunk: {rows: 500, target-time: 100ms}
                workers: 4
                skip: 3
                retry: {attempts: 3, backoff: 2s}
                checks:
                  before: [{name: users exist, sql: SELECT count(*) > 0 FROM users}]
                  after:
                    - not-null: [tier, "\\"Note\\""]
                    - row-count: unchanged
                    - {name: no name lost, sql: SELECT true}
                  distribution: [tier]
                verify: {sample: 1000, differences: report}
                on-failure: stop
                owner: team-accounts
                """)
            .load();
    assertThat(migration.description()).isEqualTo("Tier");
    assertThat(migration.table().quoted()).isEqualTo("\"app\".\"Users\"");
    assertThat(migration.key()).extracting(Identifier::value).containsExactly("tenant", "Id");
    assertThat(migration.guard()).isEqualTo("tier IS NULL");
    assertThat(((Change.SetExpressions) migration.change()).expressions())
        .containsEntry(new Identifier("tier"), "CASE WHEN x = ';' THEN 'a' END")
        .containsEntry(new Identifier("Note"), "'it''s'");
    assertThat(migration.undo()).isEqualTo(new Undo.None("The old tiers are not known."));
    assertThat(migration.tuning())
        .isEqualTo(
            new Tuning(
                new ChunkPolicy(500, Duration.ofMillis(100)),
                4,
                new RetryPolicy(3, Duration.ofSeconds(2)),
                3,
                ThrottlePolicy.DEFAULT));
    assertThat(migration.checks().before())
        .containsExactly(new Check.Sql("users exist", "SELECT count(*) > 0 FROM users"));
    assertThat(migration.checks().after())
        .containsExactly(
            new Check.NotNull(List.of(new Identifier("tier"), new Identifier("Note"))),
            new Check.RowCountUnchanged(),
            new Check.Sql("no name lost", "SELECT true"));
    assertThat(migration.checks().distribution()).containsExactly(new Identifier("tier"));
    assertThat(migration.verify())
        .isEqualTo(
            new VerifyPolicy(new VerifyPolicy.Sample.Rows(1000), VerifyPolicy.Differences.REPORT));
    assertThat(migration.owner()).isEqualTo("team-accounts");
  }

  @Test
  void readsATransform() {
    DataMigration migration =
        jobs.definition(
                """
                description: Phones
                table: users
                where: phone_e164 IS NULL
                transform: {class: com.acme.Phones, read: [phone, Country], write: [phone_e164]}
                """)
            .load();
    assertThat(migration.change())
        .isEqualTo(
            new Change.Transform(
                "com.acme.Phones",
                List.of(new Identifier("phone"), new Identifier("country")),
                List.of(new Identifier("phone_e164"))));
  }

  @Test
  void namesEveryKeyThatIsMissing() {
    assertThat(jobs.problemsOf("owner: me\n"))
        .containsExactlyInAnyOrder(
            "1:1: description is missing: one line that says what the migration does.",
            "1:1: table is missing: the table whose rows change.",
            "1:1: set or transform is missing: one of them says what happens to the rows.");
  }

  @Test
  void namesEveryKeyOfATransformThatIsMissing() {
    assertThat(jobs.problemsOf("description: a\ntable: t\nwhere: w\ntransform: {}\n"))
        .containsExactly(
            "4:12: transform.class is missing: the name of a RowTransformer.",
            "4:12: transform.read is missing: the columns that the transform reads.",
            "4:12: transform.write is missing: the columns that the transform writes.");
  }

  @Test
  void suggestsTheNearestRightKey() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "chunks: {rows: 100}\nretry: {atempts: 3}\n"))
        .containsExactly(
            "5:1: unknown key 'chunks'; did you mean 'chunk'? Allowed: description, table, key,"
                + " where, set, transform, copy, delete, change, sync, undo, irreversible, chunk,"
                + " workers, throttle, skip, retry, checks, verify, on-failure, cleanup,"
                + " depends-on, owner.",
            "6:9: unknown key 'retry.atempts'; did you mean 'attempts'? Allowed: attempts,"
                + " backoff.");
  }

  @Test
  void suggestsNothingWhereNothingIsNear() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "verify: {colour: 1}\n"))
        .containsExactly("5:10: unknown key 'verify.colour'. Allowed: sample, differences.");
  }

  @Test
  void refusesAKeyGivenTwiceAndNamesBothPlaces() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "chunk: {rows: 200, rows: 300}\ntable: x\n"))
        .containsExactly(
            "5:20: chunk.rows is given twice, first on line 5.",
            "6:1: table is given twice, first on line 2.");
  }

  @Test
  void refusesEveryFeatureThatIsNotBuiltYet() {
    assertThat(
            jobs.problemsOf(
                """
                description: a
                table: t
                where: w
                set: {a: b}
                sync: none
                throttle: {pauses: 1s}
                cleanup: {after: 3651d}
                depends-on: [base, 0000_base, 0000_base]
                """))
        .containsExactly(
            "6:12: unknown key 'throttle.pauses'; did you mean 'pause'? Allowed: pause,"
                + " rows-per-second, replica-lag, replica-lag-size, slot-wal, archive-backlog,"
                + " blocked-sessions, active-sessions, vacuum, long-transactions, window, when.",
            "7:18: cleanup.after must be 0ms to 3650d, got '3651d'. Remove it to use 7d.",
            "8:14: depends-on: 'base' is no migration id: a number or timestamp, '_', then [a-z0-9_], at most 50 characters, like '0001_split_name'.",
            "8:31: depends-on names 0000_base twice.");
  }

  @Test
  void readsEverySync() {
    assertThat(jobs.definition(JobsFolder.GOOD).load().sync()).isEqualTo(new Sync.None());
    assertThat(jobs.definition(JobsFolder.GOOD + "sync: trigger\n").load().sync())
        .isEqualTo(new Sync.Trigger(Map.of(), false));
    assertThat(jobs.definition(JobsFolder.GOOD + "sync: {mode: capture}\n").load().sync())
        .isEqualTo(new Sync.Capture());
    assertThat(
            jobs.definition(
                    JobsFolder.GOOD
                        + "sync: {mode: trigger, reverse: {b: first_name || ''}, idempotent: true}\n")
                .load()
                .sync())
        .isEqualTo(new Sync.Trigger(Map.of(new Identifier("b"), "first_name || ''"), true));
  }

  @Test
  void refusesASyncThatDoesNotFit() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "sync: {reverse: {b: first_name}}\n"))
        .containsExactly("5:7: sync.mode is missing: trigger or capture.");
    assertThat(
            jobs.problemsOf(
                JobsFolder.GOOD
                    + "key: [id]\nsync: {mode: trigger, reverse: {id: b, first_name: b}, idempotent: maybe}\n"))
        .containsExactly(
            "6:33: sync.reverse writes column 'id', which is in key; a migration must not change its"
                + " key.",
            "6:40: sync.reverse writes column 'first_name', which the migration itself writes; it is"
                + " for the old columns.",
            "6:68: sync.idempotent must be true or false, got 'maybe'. Remove it to use false.");
    assertThat(
            jobs.problemsOf(JobsFolder.GOOD + "sync: {mode: capture, reverse: {b: first_name}}\n"))
        .containsExactly("5:23: sync.reverse is for mode trigger only.");
    assertThat(jobs.problemsOf("description: a\ntable: t\nset: {a: b}\nsync: trigger\n"))
        .containsExactly(
            "4:7: sync needs a guard (where:): without one every row is visited once, and rows that"
                + " are inserted meanwhile stay as they are. Add a guard, or remove sync.");
    assertThat(
            jobs.problemsOf(
                """
                description: a
                table: t
                where: w
                transform: {class: T, read: [a], write: [b]}
                sync: trigger
                """))
        .contains(
            "5:7: sync: trigger is for set, a trigger cannot run a Java transform; write 'sync:"
                + " capture'.");
  }

  @Test
  void readsEveryUndo() {
    assertThat(jobs.definition(JobsFolder.GOOD + "undo: journal\n").load().undo())
        .isEqualTo(new Undo.Journal());
    assertThat(jobs.definition(JobsFolder.GOOD + "undo: schema\n").load().undo())
        .isEqualTo(new Undo.Schema());
    assertThat(
            jobs.definition(JobsFolder.GOOD + "undo: {sql: {first_name: b - 1}}\n").load().undo())
        .isEqualTo(new Undo.Inverse(Map.of(new Identifier("first_name"), "b - 1")));
    assertThat(jobs.definition(JobsFolder.GOOD + "on-failure: rollback\n").load().onFailure())
        .isEqualTo(OnFailure.ROLLBACK);
    assertThat(jobs.definition(JobsFolder.GOOD).load().onFailure()).isEqualTo(OnFailure.STOP);
  }

  @Test
  void refusesAnUndoThatWouldNotRestoreTheRow() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "undo: {sql: {c: b}}\n"))
        .containsExactly(
            "5:13: undo.sql has no expression for column 'first_name', which the migration writes.",
            "5:13: undo.sql writes column 'c', which the migration does not write.");
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "undo: jurnal\n"))
        .containsExactly(
            "5:7: undo must be journal, schema, none or {sql: …}, got 'jurnal'; did you mean"
                + " 'journal'?");
    assertThat(
            jobs.problemsOf(
                JobsFolder.GOOD + "undo: none\nirreversible: x\non-failure: rollback\n"))
        .containsExactly(
            "7:13: on-failure: rollback needs an undo; 'undo: none' says that there is none.");
  }

  @Test
  void withoutAGuardOnlyTheJournalTellsWhatIsDone() {
    String unguarded = "description: a\ntable: t\nset: {a: b}\n";
    assertThat(jobs.definition(unguarded).load().guard()).isNull();
    assertThat(jobs.definition(unguarded + "undo: journal\n").load().guard()).isNull();
    assertThat(jobs.problemsOf(unguarded + "undo: schema\n"))
        .containsExactly(
            "4:7: without a guard (where:) the undo journal tells which rows are done; write"
                + " 'undo: journal', or add a guard.");
  }

  @Test
  void tellsAMisspeltValueFromOneThatIsNotBuilt() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "sync: tigger\non-failure: explode\n"))
        .containsExactly(
            "5:7: sync must be one of none, trigger, capture, got 'tigger'; did you mean"
                + " 'trigger'?",
            "6:13: on-failure must be stop or rollback, got 'explode'. Remove it to use stop.");
  }

  @Test
  void refusesKindsOfChangeThatAreNotBuiltYet() {
    String start = "description: a\ntable: t\nwhere: w\n";
    assertThat(jobs.problemsOf(start + "copy: {into: x, columns: {a: b}}\n"))
        .containsExactly("4:7: copy is not built yet; write set or transform instead.");
    assertThat(jobs.problemsOf(start + "delete: {}\n"))
        .containsExactly("4:9: delete is not built yet; write set or transform instead.");
    assertThat(jobs.problemsOf(start + "change: {retype: {column: a, to: bigint}}\n"))
        .containsExactly("4:9: change is not built yet; write set or transform instead.");
  }

  @Test
  void wantsOneKindOfChange() {
    String transform = "transform: {class: A, read: [a], write: [b]}\n";
    assertThat(jobs.problemsOf(JobsFolder.GOOD + transform))
        .containsExactly(
            "5:1: set and transform are both given; a migration does one of set, transform, copy,"
                + " delete, change.");
  }

  @Test
  void wantsAReasonForWhatCannotBeUndone() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "undo: none\n"))
        .containsExactly(
            "5:7: undo: none needs 'irreversible: reason', which is shown before every run.");
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "irreversible: because\n"))
        .containsExactly("5:1: irreversible is only for 'undo: none'; add that or remove it.");
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "undo: none\nirreversible: ' '\n"))
        .containsExactly("6:15: irreversible must be text, got blank text.");
  }

  @Test
  void refusesToWriteTheKey() {
    String start = "description: a\ntable: t\nwhere: w\nkey: [id, tenant]\n";
    assertThat(jobs.problemsOf(start + "set: {a: b, ID: id + 1}\n"))
        .containsExactly(
            "5:13: set writes column 'id', which is in key; a migration must not change its key.");
    assertThat(jobs.problemsOf(start + "transform: {class: A, read: [a], write: [b, tenant]}\n"))
        .containsExactly(
            "5:41: transform.write writes column 'tenant', which is in key; a migration must not"
                + " change its key.");
  }

  @Test
  void refusesAColumnNamedTwiceAfterFolding() {
    String yaml =
        """
        description: a
        table: t
        where: w
        key: [id, ID]
        set: {a: b, A: c, '"A"': d}
        """;
    assertThat(jobs.problemsOf(yaml))
        .containsExactly("4:11: key names column 'id' twice.", "5:13: set names column 'a' twice.");
  }

  @Test
  void refusesWhatIsNoSqlName() {
    String yaml =
        """
        description: a
        table: a.b.c
        key: ["a b", x.y]
        where: w
        set: {"1": b, '"open': c, yes: d, 5: e}
        """;
    assertThat(jobs.problemsOf(yaml))
        .containsExactly(
            "2:8: table: 'a.b.c' has 3 parts, at most schema.table is wanted.",
            "3:7: key: 'a b' is not an SQL name; put double quotes around a name with other"
                + " characters.",
            "3:14: key: 'x.y' is a qualified name, a single name is wanted.",
            "5:7: set: '1' is not an SQL name; put double quotes around a name with other"
                + " characters.",
            "5:15: set: '\"open' has a quote that is never closed.",
            "5:27: set must be text, got the boolean yes. Put quotes around it.",
            "5:35: set must be text, got 5. Put quotes around it.");
  }

  @Test
  void refusesWhatIsNoClassName() {
    String yaml =
        "description: a\ntable: t\nwhere: w\ntransform: {class: ../X, read: [a], write: [b]}\n";
    assertThat(jobs.problemsOf(yaml))
        .containsExactly(
            "4:20: transform.class must be a Java class name, like NormalizePhone or"
                + " com.acme.NormalizePhone, got '../X'.");
  }

  @Test
  void refusesChecksThatCannotWork() {
    String yaml =
        JobsFolder.GOOD
            + """
            checks:
              before:
                - {name: a}
                - {sql: SELECT 1}
                - {name: b, sql: SELECT 1;}
                - not-null: [x]
                - {}
              after:
                - {not-null: [x], row-count: unchanged}
                - {row-count: same}
                - {name: c, sql: SELECT 1}
                - {name: c, sql: SELECT 2}
                - {not-null: []}
              distribution: []
            """;
    assertThat(jobs.problemsOf(yaml))
        .containsExactly(
            "7:7: checks.before.sql is missing: a query that returns one boolean.",
            "8:7: checks.before.name is missing: reports call the check by it.",
            "9:22: checks.before.sql has a ';': one expression or query is wanted, and no end of"
                + " it.",
            "10:7: unknown key 'checks.before.not-null'. Allowed: name, sql.",
            "10:7: checks.before.name is missing: reports call the check by it.",
            "10:7: checks.before.sql is missing: a query that returns one boolean.",
            "11:7: checks.before.name is missing: reports call the check by it.",
            "11:7: checks.before.sql is missing: a query that returns one boolean.",
            "13:7: checks.after has two checks in one entry; start a new entry for each.",
            "14:19: checks.after.row-count must be unchanged, got 'same'.",
            "16:7: two checks are called 'c'; names must differ.",
            "17:18: checks.after.not-null must be a list of column names, like [id], got an empty"
                + " list.",
            "18:17: checks.distribution must be a list of column names, like [id], got an empty"
                + " list.");
  }
}

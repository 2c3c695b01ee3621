package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.Script;
import dev.sluice.migration.Sync;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sync trigger cannot do is refused before there is one. */
class PreflightSyncIT {
  private static final Sync TRIGGER = new Sync.Trigger(Map.of(), false);

  private TestDatabase database;

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    database.execute(
        """
        CREATE TABLE users (id int PRIMARY KEY, full_name text, first_name text, last_name text,
                            token uuid DEFAULT gen_random_uuid(), n int,
                            upper_name text GENERATED ALWAYS AS (upper(full_name)) STORED);
        CREATE TABLE other (id int PRIMARY KEY, v text);
        """);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private static TestMigration split(Sync sync) {
    return TestMigration.of("users").where("first_name IS NULL").sync(sync);
  }

  private static Sync reverse(String column, String expression) {
    return new Sync.Trigger(Map.of(new Identifier(column), expression), false);
  }

  private List<String> refusals(TestMigration migration) {
    return new DataPreflight(database.dataSource()).check(migration.build()).refusals();
  }

  private List<String> notes(TestMigration migration) {
    return new DataPreflight(database.dataSource()).check(migration.build()).notes();
  }

  private List<String> early(TestMigration migration) {
    return new Preflight(database.dataSource(), Duration.ofSeconds(10))
        .check(migration.build())
        .refusals();
  }

  @Test
  void whatIsOfTheRowAlonePasses() {
    assertThat(
            refusals(
                split(reverse("full_name", "users.first_name || ' ? :x ' || last_name -- why"))
                    .set("first_name", "split_part(users.full_name, ' ', 1) -- the first")
                    .set("last_name", "E'\\\\\\\\' || $a$ ?; $a$ || full_name")))
        .isEmpty();
    assertThat(database.count("pg_proc WHERE proname LIKE '%k!_trial' ESCAPE '!'")).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "(SELECT v FROM other WHERE other.id = users.id)"
            + " | set.first_name reads public.other, and a sync trigger computes from the row alone:"
            + " what changes elsewhere does not reach it. Write 'sync: capture', or 'sync: none'.",
        "(SELECT max(u.full_name) FROM users u WHERE u.id <= users.id)"
            + " | set.first_name reads other rows of public.users, and a sync trigger computes from"
            + " the row alone: what changes elsewhere does not reach it. Write 'sync: capture', or"
            + " 'sync: none'.",
        "lower(upper_name)"
            + " | set.first_name reads 'upper_name', a generated column, which PostgreSQL computes"
            + " after a sync trigger has run. Name what it is computed from, or write 'sync: none'.",
        "coalesce(first_name, full_name)"
            + " | set.first_name reads 'first_name', which the migration writes: a sync trigger would"
            + " apply it to its own result. If that gives the same value again, write"
            + " 'sync: {mode: trigger, idempotent: true}'; else 'sync: none'.",
        "xmin::text"
            + " | a sync trigger cannot compute where, set or sync.reverse over a new row of"
            + " public.users: column \"xmin\" does not exist [42703]. In them, name columns alone, or"
            + " as \"users\".column; a system column or the table's schema is not there.",
        "public.users.full_name"
            + " | a sync trigger cannot compute where, set or sync.reverse over a new row of"
            + " public.users: invalid reference to FROM-clause entry for table \"users\" [42P01]. In"
            + " them, name columns alone, or as \"users\".column; a system column or the table's"
            + " schema is not there."
      })
  void whatIsNotIsRefused(String expression, String message) {
    assertThat(refusals(split(TRIGGER).set("first_name", expression))).containsExactly(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "public.users.first_name IS NULL"
            + " | invalid reference to FROM-clause entry for table \"users\" [42P01]",
        "first_name IS NULL AND EXISTS (SELECT FROM other WHERE other.id = public.users.id)"
            + " | invalid reference to FROM-clause entry for table \"users\" [42P01]",
        "first_name IS NULL AND users.ctid IS NOT NULL"
            + " | column users.ctid does not exist [42703]"
      })
  void aGuardThatCannotBeAskedOfACapturedRowIsRefused(String guard, String why) {
    for (TestMigration migration :
        List.of(
            TestMigration.of("users").set("first_name", "upper(full_name)"),
            TestMigration.of("users").transform(List.of("full_name"), List.of("first_name")))) {
      assertThat(refusals(migration.where(guard))).isEmpty();
      assertThat(refusals(migration.sync(new Sync.Capture())))
          .containsExactly(
              ("sync: capture asks where of a captured row without its new values, and cannot: %s."
                      + " In it, name columns alone, or as \"users\".column; a system column or"
                      + " the table's schema is not there.")
                  .formatted(why));
    }
  }

  @Test
  void whatMayBeAskedOfACapturedRowPasses() {
    database.execute(
        "CREATE FUNCTION is_ours(users) RETURNS boolean LANGUAGE sql AS 'SELECT $1.id > 0'");
    assertThat(
            refusals(
                TestMigration.of("public.users")
                    .where(
                        """
                        users.first_name IS NULL AND is_ours(users) -- ? :x
                        AND full_name <> (E'? :x \\\\' || $a$ ?& :y; $a$)
                        AND EXISTS (SELECT FROM public.users AS u WHERE u.n::int >= users.n)
                        """)
                    .set("first_name", "upper(public.users.full_name)")
                    .sync(new Sync.Capture())))
        .isEmpty();
  }

  @Test
  void anExpressionMayReadItsOwnResultWhereThatIsDeclared() {
    assertThat(
            refusals(
                split(new Sync.Trigger(Map.of(), true))
                    .set("first_name", "coalesce(first_name, full_name)")))
        .isEmpty();
  }

  @Test
  void aValueThatDiffersEachTimeTellsNothing() {
    assertThat(
            refusals(
                TestMigration.of("users")
                    .where("token IS NULL")
                    .sync(TRIGGER)
                    .set("token", "CAST(md5(full_name) AS uuid)")))
        .containsExactly(
            "column 'token' of public.users has DEFAULT gen_random_uuid(), another value each time,"
                + " and a sync trigger could not tell it from one that the application gave. DROP"
                + " DEFAULT, and set it again in constrain.up.sql.");
    assertThat(
            refusals(
                TestMigration.of("users")
                    .where("first_name IS NULL AND random() < 2")
                    .sync(TRIGGER)
                    .set("first_name", "full_name")))
        .containsExactly(
            "where calls a VOLATILE function (random()), and a sync trigger could not tell which"
                + " rows the migration is for. Write 'sync: capture', or 'sync: none'.");
  }

  @Test
  void aDomainThatForbidsNullDoesNotKeepTheTrialFromFiring() {
    database.execute(
        """
        CREATE DOMAIN email AS varchar(100) COLLATE "C" NOT NULL DEFAULT '';
        CREATE DOMAIN work_email AS email;
        ALTER TABLE users ADD COLUMN email work_email;
        """);
    TestMigration wrong = split(TRIGGER).set("first_name", "public.users.full_name");
    assertThat(refusals(wrong))
        .containsExactly(
            "a sync trigger cannot compute where, set or sync.reverse over a new row of"
                + " public.users: invalid reference to FROM-clause entry for table \"users\" [42P01]. In"
                + " them, name columns alone, or as \"users\".column; a system column or the table's"
                + " schema is not there.");
    assertThat(
            refusals(
                TestMigration.of("users")
                    .where("email = ''")
                    .sync(TRIGGER)
                    .set("email", "coalesce(full_name, 'none')")))
        .isEmpty();
  }

  @Test
  void aTrialThatFailsForAValueProvesNothing() {
    database.execute(
        """
        CREATE FUNCTION required(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN
          IF $1 IS NULL THEN RAISE EXCEPTION 'a name is required'; END IF;
          RETURN TRUE;
        END $$;
        """);
    assertThat(
            refusals(
                TestMigration.of("users")
                    .where("first_name IS NULL AND public.required(full_name)")
                    .sync(TRIGGER)
                    .set("first_name", "full_name")))
        .containsExactly(
            "a sync trigger could not be tried out on public.users: where, set or sync.reverse fails"
                + " before it is given a row: a name is required [P0001]. Let it return NULL where a"
                + " column is NULL.");
  }

  @Test
  void aNullThatConstrainForbidsIsNoted() {
    TestMigration migration =
        split(TRIGGER)
            .script(
                Script.Kind.CONSTRAIN_UP,
                "ALTER TABLE users ALTER COLUMN \"first_name\" SET NOT NULL,\n"
                    + " alter last_name set not null, ALTER n SET NOT NULL;");
    assertThat(
            notes(
                migration
                    .set("first_name", "split_part(full_name, ' ', 1)")
                    .set("last_name", "coalesce(full_name, '?') -- or none")))
        .containsExactly(
            "set.first_name gives NULL where 'full_name' is NULL, and constrain.up.sql sets"
                + " 'first_name' NOT NULL: from then on a statement of the application that sets"
                + " 'full_name' to NULL fails in the sync trigger [23502]. Wrap the expression in"
                + " coalesce.");
    assertThat(notes(migration.set("first_name", "CAST(n AS text)"))).isEmpty();
    assertThat(notes(migration.set("first_name", "id || full_name"))).isEmpty();
  }

  @Test
  void theWayBackIsLookedAtToo() {
    assertThat(refusals(split(reverse("ful_name", "first_name")).set("first_name", "full_name")))
        .containsExactly(
            "sync.reverse: table public.users has no column 'ful_name'; did you mean 'full_name'?");
    assertThat(refusals(split(reverse("n", "first_name")).set("first_name", "full_name")))
        .containsExactly(
            "sync.reverse.n of public.users: column \"n\" is of type integer but expression is of type text [42804], at character 1.");
    assertThat(
            refusals(
                split(reverse("full_name", "full_name || first_name"))
                    .set("first_name", "full_name")))
        .containsExactly(
            "sync.reverse.full_name reads 'full_name', an old column, which is not right until the trigger has written it. Compute it from the new columns.");
    assertThat(refusals(split(reverse("full_name", "n::text")).set("first_name", "full_name")))
        .containsExactly(
            "sync.reverse.full_name reads none of the written columns ('first_name'): nothing would ever set it off. Compute it from them, or leave it out.");
  }

  @Test
  void theTableMustTakeATriggerBehindAllOthers() {
    database.execute(
        """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER "Zz" BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TRIGGER zzz_late BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TRIGGER zzz_after AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();
        CREATE RULE aside AS ON INSERT TO users WHERE NEW.id < 0 DO INSTEAD NOTHING;
        """);
    assertThat(early(split(reverse("upper_name", "first_name")).set("first_name", "full_name")))
        .containsExactly(
            "rule 'aside' on public.users replaces what the application INSERTs (DO INSTEAD), and a"
                + " trigger does not see it. DROP RULE, or write 'sync: none'.",
            "trigger 'zzz_late' on users fires behind the sync trigger 'zz_sluice_0007_test_s', by"
                + " the order of their names, and may change what that has read. ALTER TRIGGER …"
                + " RENAME TO a name before it, or write 'sync: none'.",
            "sync.reverse writes column 'upper_name' of public.users, which PostgreSQL computes"
                + " itself and takes no other value for. Leave it out.");
  }
}

package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Undo;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What preflight tells of the things that a run will set off. */
class PreflightNotesIT {

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void everythingThatFiresIsNoted(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(
          """
          CREATE EXTENSION btree_gist;
          CREATE TABLE tiers (code text PRIMARY KEY);
          CREATE UNLOGGED TABLE users (
            id int PRIMARY KEY,
            tier text UNIQUE REFERENCES tiers,
            other text,
            shout text GENERATED ALWAYS AS (upper(tier)) STORED,
            CONSTRAINT tier_known CHECK (tier <> ''),
            CONSTRAINT tier_apart EXCLUDE USING gist (tier WITH =)
          );
          CREATE UNLOGGED TABLE perks (tier text REFERENCES users (tier) ON UPDATE CASCADE);
          CREATE INDEX lowered ON users (lower(tier));
          CREATE INDEX others ON users (other);
          CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
          CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
          CREATE TRIGGER told AFTER UPDATE OF tier ON users EXECUTE FUNCTION touch();
          CREATE TRIGGER elsewhere AFTER UPDATE OF other ON users EXECUTE FUNCTION touch();
          CREATE TRIGGER born AFTER INSERT ON users EXECUTE FUNCTION touch();
          CREATE TRIGGER off BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
          ALTER TABLE users DISABLE TRIGGER off;
          CREATE RULE loud AS ON UPDATE TO users DO ALSO NOTIFY users;
          CREATE RULE quiet AS ON UPDATE TO users WHERE old.id = 0 DO INSTEAD NOTHING
          """);
      PreflightReport report =
          new Preflight(database.dataSource(), Duration.ofSeconds(5))
              .check(TestMigration.of("users").set("tier", "'gold'").build());
      assertThat(report.refusals()).isEmpty();
      assertThat(
              new Preflight(database.dataSource(), Duration.ofSeconds(5))
                  .check(
                      TestMigration.of("users")
                          .set("tier", "'gold'")
                          .undo(new Undo.Journal())
                          .build())
                  .refusals())
          .contains(
              "rule 'loud' on public.users: PostgreSQL takes no UPDATE with an undo journal beside"
                  + " such a rule. DROP RULE, or write 'undo: none' with 'irreversible: reason'.");
      assertThat(report.notes())
          .containsExactly(
              "rule 'loud' on public.users runs its own statement beside every UPDATE.",
              "rule 'quiet' on public.users replaces the UPDATE of the rows under its condition: these"
                  + " stay as they are.",
              "public.users is UNLOGGED: a crash of the server empties it.",
              "index 'lowered' covers 'tier': updates are not HOT, each writes to every index.",
              "index 'tier_apart' covers 'tier': updates are not HOT, each writes to every index.",
              "index 'users_tier_key' covers 'tier': updates are not HOT, each writes to every"
                  + " index.",
              "trigger 'told' on users fires AFTER each statement: function touch().",
              "trigger 'touched' on users fires BEFORE each row: function touch().",
              "foreign key 'perks_tier_fkey' of perks refers to 'tier': its rows change as well (ON"
                  + " UPDATE CASCADE).",
              "exclusion constraint 'tier_apart' on 'tier' is checked at each update.",
              "check 'tier_known' on 'tier' is checked at each update.",
              "foreign key 'users_tier_fkey' on 'tier' is checked at each update.",
              "generated column 'shout' is computed anew from the written columns.",
              "this run cannot be taken back: a test");
    }
  }
}

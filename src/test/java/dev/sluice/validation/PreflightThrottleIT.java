package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.DataSize;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.ThrottlePolicy.Load;
import dev.sluice.migration.ThrottlePolicy.Wal;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Preflight refuses a throttle that could never be read. */
class PreflightThrottleIT {

  private static final ThrottlePolicy DEFAULT = ThrottlePolicy.DEFAULT;

  private static PreflightReport report(LimitedRole role, ThrottlePolicy throttle) {
    return new Preflight(role.dataSource(), Duration.ofSeconds(30))
        .check(TestMigration.of("users").set("tier", "'x'").throttle(throttle).build());
  }

  private static LimitedRole create(TestDatabase database) {
    database.execute("CREATE TABLE users (id int PRIMARY KEY, tier text)");
    LimitedRole role = new LimitedRole(database);
    database.execute("GRANT SELECT, UPDATE ON users TO " + role.name());
    return role;
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void whatTheRoleMayNotSeeIsRefusedWithItsGrant(PostgresServer server) {
    ThrottlePolicy all =
        DEFAULT
            .withWal(new Wal(Duration.ofSeconds(5), DataSize.ZERO, DataSize.of(1, "GB"), 100))
            .withLoad(new Load(true, true, 20, Duration.ofMinutes(30)));
    try (TestDatabase database = server.newDatabase();
        LimitedRole role = create(database)) {
      assertThat(report(role, DEFAULT).refusals()).isEmpty();
      assertThat(report(role, all).refusals())
          .containsExactly(
              refusal("throttle.replica-lag", "see other roles' sessions and standbys", role),
              refusal("throttle.archive-backlog", "see what waits for the archive", role),
              refusal("throttle.active-sessions", "see other roles' sessions and standbys", role),
              refusal(
                  "throttle.long-transactions", "see other roles' sessions and standbys", role));

      ThrottlePolicy size =
          DEFAULT.withWal(new Wal(Duration.ZERO, DataSize.of(64, "MB"), DataSize.ZERO, 0));
      assertThat(report(role, size).refusals())
          .containsExactly(
              refusal("throttle.replica-lag-size", "see other roles' sessions and standbys", role));

      database.execute("GRANT pg_monitor TO " + role.name());
      assertThat(report(role, size).notes())
          .contains(
              "throttle.replica-lag-size: no standby is connected, so there is none to wait for. One"
                  + " that is away is not seen; throttle.slot-wal looks at what is kept for it.");
      PreflightReport report = report(role, all);
      assertThat(report.refusals()).isEmpty();
      assertThat(report.notes())
          .contains(
              "throttle.replica-lag: no standby is connected, so there is none to wait for. One"
                  + " that is away is not seen; throttle.slot-wal looks at what is kept for it.",
              "throttle.archive-backlog: archive_mode is off, so there is nothing to wait for.");
    }
  }

  private static String refusal(String key, String what, LimitedRole role) {
    return "%1$s: role '%3$s' may not %2$s. GRANT pg_monitor TO \"%3$s\";"
        .formatted(key, what, role.name());
  }

  @Test
  void aQueryThatIsNoAnswerIsRefused() {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        LimitedRole role = create(database)) {
      assertThat(refusals(role, "SELECT true")).isEmpty();
      assertThat(refusals(role, "SELECT false")).isEmpty();
      assertThat(refusals(role, "SELECT NULL::boolean"))
          .containsExactly(
              "throttle.when returned NULL. It must return one row with true or false.");
      assertThat(refusals(role, "SELECT 1"))
          .containsExactly(
              "throttle.when returned type int4, not boolean. It must return one row with true or"
                  + " false.");
      assertThat(refusals(role, "SELECT true FROM nowhere"))
          .containsExactly(
              "throttle.when is an error: relation \"nowhere\" does not exist [42P01]. It must"
                  + " return one row with true or false.");
      database.execute(
          "CREATE SEQUENCE asked; GRANT USAGE ON SEQUENCE asked TO %s".formatted(role.name()));
      assertThat(refusals(role, "SELECT nextval('asked') > 0"))
          .containsExactly(
              "throttle.when is an error: cannot execute nextval() in a read-only transaction"
                  + " [25006]. It must return one row with true or false.");
      assertThat(refusals(role, "SELECT true FROM (SELECT pg_sleep(60)) AS slow"))
          .containsExactly(
              "throttle.when took longer than 3 s. It must return one row with true or false.");
    }
  }

  private static List<String> refusals(LimitedRole role, String when) {
    return report(role, DEFAULT.withWhen(when)).refusals();
  }
}

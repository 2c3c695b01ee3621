package dev.sluice.validation;

import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.postgres.BooleanQuery;
import dev.sluice.postgres.StatsRights;
import java.util.Optional;

/**
 * Whether the run will be able to read what {@code throttle} asks for: what can never be read would
 * have it wait without end.
 */
final class ThrottleCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    ThrottlePolicy throttle = subject.migration().tuning().throttle();
    checkRights(throttle, subject, findings);
    if (throttle.when() != null) {
      checkQuery(throttle.when(), subject, findings);
    }
    noteWhatIsNotThere(throttle, subject, findings);
  }

  private static void checkRights(ThrottlePolicy throttle, Subject subject, Findings findings) {
    StatsRights rights = StatsRights.of(subject.jdbc());
    boolean standbys = asksForStandbys(throttle);
    refuse(standbysKey(throttle), standbys, rights.againstAllStats(), findings);
    boolean archive = throttle.wal().archiveBacklog() > 0;
    refuse("throttle.archive-backlog", archive, rights.againstArchiveStatus(), findings);
    boolean active = throttle.load().activeSessions() > 0;
    refuse("throttle.active-sessions", active, rights.againstAllStats(), findings);
    boolean old = !throttle.load().longTransactions().isZero();
    refuse("throttle.long-transactions", old, rights.againstAllStats(), findings);
  }

  private static boolean asksForStandbys(ThrottlePolicy throttle) {
    return !throttle.wal().replicaLag().isZero() || !throttle.wal().replicaLagSize().isZero();
  }

  /** The one that the definition gives; the first if both. */
  private static String standbysKey(ThrottlePolicy throttle) {
    return throttle.wal().replicaLag().isZero()
        ? "throttle.replica-lag-size"
        : "throttle.replica-lag";
  }

  private static void refuse(
      String key, boolean asked, Optional<String> against, Findings findings) {
    if (asked) {
      against.ifPresent(why -> findings.refuse("%s: %s".formatted(key, why)));
    }
  }

  private static void checkQuery(String sql, Subject subject, Findings findings) {
    Inspection inspection =
        new Inspection(subject.inspection().dataSource(), ThrottlePolicy.WHEN_MAX);
    BooleanQuery.Answer answer = new UserQuery(inspection).ask(sql);
    if (answer.value() == null) {
      findings.refuse(
          "throttle.when %s. It must return one row with true or false."
              .formatted(answer.detail()));
    }
  }

  private static void noteWhatIsNotThere(
      ThrottlePolicy throttle, Subject subject, Findings findings) {
    if (asksForStandbys(throttle) && !is("EXISTS (SELECT FROM pg_stat_replication)", subject)) {
      findings.note(
          standbysKey(throttle)
              + ": no standby is connected, so there is none to wait for. One that is"
              + " away is not seen; throttle.slot-wal looks at what is kept for it.");
    }
    if (throttle.wal().archiveBacklog() > 0
        && is("current_setting('archive_mode') = 'off'", subject)) {
      findings.note(
          "throttle.archive-backlog: archive_mode is off, so there is nothing to wait for.");
    }
  }

  private static boolean is(String condition, Subject subject) {
    return Boolean.TRUE.equals(subject.jdbc().queryForObject("SELECT " + condition, Boolean.class));
  }
}

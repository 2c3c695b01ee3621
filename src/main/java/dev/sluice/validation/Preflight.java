package dev.sluice.validation;

import dev.sluice.migration.DataMigration;
import dev.sluice.postgres.Table;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Reads the catalog before anything is changed, and refuses what cannot end well. The columns that
 * {@code expand.up.sql} adds may not be there yet: {@link DataPreflight} looks at them.
 */
public final class Preflight {

  private static final List<TableCheck> CHECKS =
      List.of(
          new PrivilegeCheck(),
          new KeyCheck(),
          new ColumnCheck(),
          new RowSecurityCheck(),
          new InheritanceCheck(),
          new PublicationCheck(),
          new RuleCheck(),
          new UnguardedCheck(),
          new SyncTableCheck(),
          new CaptureCheck(),
          new JournalCheck(),
          new UpdateCheck(),
          new ThrottleCheck(),
          new TableNotes(),
          new TriggerNotes(),
          new ConstraintNotes(),
          new UndoNotes());

  private final DataSource dataSource;
  private final Inspection inspection;

  /**
   * @param checkTimeout bound of each of the user's own queries under {@code checks.before}
   */
  public Preflight(DataSource dataSource, Duration checkTimeout) {
    this.dataSource = dataSource;
    this.inspection = new Inspection(dataSource, checkTimeout);
  }

  /**
   * All that speaks against the migration, and what it will set off. Changes nothing.
   *
   * @throws org.springframework.dao.DataAccessException if the database does not answer
   */
  public PreflightReport check(DataMigration migration) {
    return check(migration, true);
  }

  /**
   * The same for a run that has begun: {@code checks.before} speak of the table before its first
   * change, and may be false ever after.
   */
  public PreflightReport checkAgain(DataMigration migration) {
    return check(migration, false);
  }

  private PreflightReport check(DataMigration migration, boolean withUserChecks) {
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    Findings findings = new Findings();
    boolean rightServer = new ServerCheck(jdbc).check(findings);
    Optional<Table> table =
        rightServer ? new Relation(jdbc).find(migration.table(), findings) : Optional.empty();
    table.ifPresent(
        found -> {
          String role = jdbc.queryForObject("SELECT current_user", String.class);
          Subject subject = new Subject(migration, found, String.valueOf(role), jdbc, inspection);
          CHECKS.forEach(check -> check.check(subject, findings));
          if (withUserChecks) {
            new UserChecks().check(subject, findings);
          }
        });
    return findings.report();
  }
}

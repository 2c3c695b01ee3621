package dev.sluice.job;

import dev.sluice.control.Epoch;
import dev.sluice.control.Ledger;
import dev.sluice.control.LiveTuning;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.throttle.AdaptiveThrottle;
import dev.sluice.throttle.Throttle;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.ZoneId;
import javax.sql.DataSource;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * What the program gives to every job: the database, and Spring Batch in it.
 *
 * @param runner host and process, for messages to others
 */
record JobEnvironment(
    DataSource dataSource,
    PlatformTransactionManager transactionManager,
    JobRepository jobRepository,
    JobOperator jobOperator,
    Clock clock,
    String runner) {

  /**
   * The one way to make it, for the program and for those who use Sluice as a library. Connects to
   * nothing yet.
   *
   * <p>Not with {@code JdbcTransactionManager}: after a COMMIT that fails that one rolls back, and
   * on a dead connection the ROLLBACK's error hides the SQLSTATE that tells whether it passes by
   * itself.
   *
   * @param dataSource a pool of our own, see {@link dev.sluice.postgres.ConnectionPool}
   */
  static JobEnvironment of(DataSource dataSource) {
    DataSourceTransactionManager transactionManager = new DataSourceTransactionManager(dataSource);
    JobRepository jobRepository = SpringBatch.jobRepository(dataSource, transactionManager);
    return new JobEnvironment(
        dataSource,
        transactionManager,
        jobRepository,
        SpringBatch.jobOperator(jobRepository, transactionManager),
        Clock.system(ZoneId.systemDefault()),
        thisProcess());
  }

  /** Process and host, for the messages of others. */
  private static String thisProcess() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "unknown host";
    }
    return "process %d on %s".formatted(ProcessHandle.current().pid(), host);
  }

  /** Only rows are changed in chunks. */
  Throttle throttle(Migration migration, Epoch epoch, LiveTuning tuning) {
    return migration instanceof DataMigration data
        ? new AdaptiveThrottle(
            dataSource,
            new AdaptiveThrottle.Subject(data.table(), epoch.lockName()),
            tuning::now,
            clock)
        : Throttle.NONE;
  }

  Ledger ledger() {
    return new Ledger(jdbc());
  }

  JdbcTemplate jdbc() {
    return new JdbcTemplate(dataSource);
  }
}

package dev.sluice.job;

import dev.sluice.control.Ledger;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.jdbc.core.JdbcTemplate;
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

  Ledger ledger() {
    return new Ledger(jdbc());
  }

  JdbcTemplate jdbc() {
    return new JdbcTemplate(dataSource);
  }
}

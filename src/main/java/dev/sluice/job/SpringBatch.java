package dev.sluice.job;

import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.aop.framework.Advised;
import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.launch.support.JobOperatorFactoryBean;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Isolation;

/**
 * Spring Batch in our own tables, made without an application context: a program that uses Sluice
 * as a library may have a Spring Batch of its own, or none.
 *
 * <p>Making it asks the database for nothing.
 */
final class SpringBatch {

  private static final String TABLE_PREFIX = "sluice.batch_";

  /** Given, not found out: that would be a connection. */
  private static final String DATABASE_TYPE = "POSTGRES";

  private SpringBatch() {}

  /**
   * @param dataSource the one of the rows: a chunk and its checkpoint commit together
   */
  static JobRepository jobRepository(
      DataSource dataSource, PlatformTransactionManager transactionManager) {
    JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
    factory.setDataSource(dataSource);
    factory.setTransactionManager(transactionManager);
    factory.setDatabaseType(DATABASE_TYPE);
    factory.setTablePrefix(TABLE_PREFIX);
    // serializable, the default, makes concurrent launches fail with 40001; the runner lock is ours
    factory.setIsolationLevelForCreateEnum(Isolation.READ_COMMITTED);
    try {
      factory.afterPropertiesSet();
      JobRepository repository = factory.getObject();
      ((Advised) repository).addAdvice(new ExitMessages());
      return repository;
    } catch (Exception e) {
      throw new IllegalStateException("Spring Batch's job repository cannot be made", e);
    }
  }

  /**
   * Runs a job in the thread that starts it. The registry stays empty: jobs are given, not named.
   */
  static JobOperator jobOperator(
      JobRepository jobRepository, PlatformTransactionManager transactionManager) {
    JobOperatorFactoryBean factory = new JobOperatorFactoryBean();
    factory.setJobRepository(jobRepository);
    factory.setJobRegistry(new MapJobRegistry());
    factory.setTransactionManager(transactionManager);
    try {
      factory.afterPropertiesSet();
      return Objects.requireNonNull(factory.getObject());
    } catch (Exception e) {
      throw new IllegalStateException("Spring Batch's job operator cannot be made", e);
    }
  }
}

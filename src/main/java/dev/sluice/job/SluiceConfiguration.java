package dev.sluice.job;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.migration.Tuning;
import dev.sluice.postgres.CancellableDataSource;
import dev.sluice.postgres.ConnectionSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.ZoneId;
import javax.sql.DataSource;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The program with a database: Spring Boot's data source and Spring Batch's repository in it.
 *
 * <p>One data source for rows and for Spring Batch's tables. A separate one for the tables would
 * give up that a chunk and its checkpoint commit together.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SluiceConfiguration {

  /** Connections beside the workers': the lock's, the manager step's, the progress display's. */
  private static final int CONNECTIONS_BESIDE_WORKERS = 8;

  @Bean
  CancellableDataSource dataSource(DataSourceProperties properties) {
    HikariDataSource dataSource =
        properties.initializeDataSourceBuilder().type(HikariDataSource.class).build();
    dataSource.setPoolName("sluice");
    dataSource.setDataSourceProperties(ConnectionSettings.driverProperties());
    dataSource.setConnectionInitSql(ConnectionSettings.initSql());
    dataSource.setMinimumIdle(1);
    dataSource.setMaximumPoolSize(Tuning.WORKERS_MAX + CONNECTIONS_BESIDE_WORKERS);
    dataSource.setConnectionTimeout(10_000);
    dataSource.setInitializationFailTimeout(-1);
    return new CancellableDataSource(dataSource);
  }

  /**
   * Not {@code JdbcTransactionManager}: after a COMMIT that fails that one rolls back, and on a
   * dead connection the ROLLBACK's error hides the SQLSTATE that tells whether it passes by itself.
   */
  @Bean
  PlatformTransactionManager transactionManager(DataSource dataSource) {
    return new DataSourceTransactionManager(dataSource);
  }

  /** Static: what post-processes beans is made before all others. */
  @Bean
  static ExitMessages exitMessages() {
    return new ExitMessages();
  }

  @Bean
  MigrationRunner migrationRunner(
      DataSource dataSource,
      PlatformTransactionManager transactionManager,
      JobRepository jobRepository,
      JobOperator jobOperator) {
    return new MigrationRunner(
        new JobEnvironment(
            dataSource,
            transactionManager,
            jobRepository,
            jobOperator,
            Clock.system(ZoneId.systemDefault()),
            runner()));
  }

  /** Host and process, for the messages of others. */
  private static String runner() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "unknown host";
    }
    return "process %d on %s".formatted(ProcessHandle.current().pid(), host);
  }
}

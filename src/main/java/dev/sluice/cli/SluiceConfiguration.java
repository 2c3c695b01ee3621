package dev.sluice.cli;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.job.MigrationRunner;
import dev.sluice.postgres.CancellableDataSource;
import dev.sluice.postgres.ConnectionPool;
import java.sql.Connection;
import javax.sql.DataSource;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The program with a database, which Spring Boot's {@code spring.datasource.*} names. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SluiceConfiguration {

  @Bean
  CancellableDataSource dataSource(DataSourceProperties properties) {
    return ConnectionPool.of(
        properties.initializeDataSourceBuilder().type(HikariDataSource.class).build());
  }

  @Bean
  MigrationRunner migrationRunner(DataSource dataSource) {
    return MigrationRunner.on(dataSource);
  }

  /** A database that does not answer is told at once, not after a run's retries. */
  @Bean
  ApplicationRunner connect(DataSource dataSource) {
    return arguments -> {
      Connection connection = dataSource.getConnection();
      connection.close();
    };
  }
}

package dev.sluice.bench;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.launch.support.TaskExecutorJobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.database.JdbcBatchItemWriter;
import org.springframework.batch.infrastructure.item.database.JdbcPagingItemReader;
import org.springframework.batch.infrastructure.item.database.Order;
import org.springframework.batch.infrastructure.item.database.builder.JdbcBatchItemWriterBuilder;
import org.springframework.batch.infrastructure.item.database.builder.JdbcPagingItemReaderBuilder;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * An ordinary Spring Batch job, as its reference shows it: a chunk step with a paging reader and a
 * batch writer, one thread, its metadata in the same database.
 */
final class StockBatchJob implements Contender {

  static final String NAME = "batch";

  private static final int CHUNK_ROWS = 1000;

  private record Person(long id, String fullName) {}

  private record SplitPerson(long id, String firstName, String lastName) {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Outcome run(BenchDatabase database) throws Exception {
    try (HikariDataSource dataSource = new HikariDataSource()) {
      dataSource.setDataSource(database.dataSource());
      new ResourceDatabasePopulator(
              new ClassPathResource("org/springframework/batch/core/schema-postgresql.sql"))
          .execute(dataSource);
      StepExecution step = execute(dataSource).getStepExecutions().iterator().next();
      if (step.getStatus() != BatchStatus.COMPLETED
          || step.getStartTime() == null
          || step.getEndTime() == null) {
        throw new IllegalStateException("the step ended as " + step.getSummary());
      }
      return Outcome.of(Duration.between(step.getStartTime(), step.getEndTime()));
    }
  }

  private static JobExecution execute(DataSource dataSource) throws Exception {
    PlatformTransactionManager transactions = new JdbcTransactionManager(dataSource);
    JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
    factory.setDataSource(dataSource);
    factory.setTransactionManager(transactions);
    factory.afterPropertiesSet();
    JobRepository repository = factory.getObject();
    TaskExecutorJobOperator operator = new TaskExecutorJobOperator();
    operator.setJobRepository(repository);
    operator.setJobRegistry(new MapJobRegistry());
    operator.afterPropertiesSet();
    return operator.start(job(repository, transactions, dataSource), new JobParameters());
  }

  private static Job job(
      JobRepository repository, PlatformTransactionManager transactions, DataSource dataSource)
      throws Exception {
    Step step =
        new StepBuilder("split", repository)
            .<Person, SplitPerson>chunk(CHUNK_ROWS)
            .transactionManager(transactions)
            .reader(reader(dataSource))
            .processor(StockBatchJob::split)
            .writer(writer(dataSource))
            .build();
    return new JobBuilder("split-names", repository).start(step).build();
  }

  private static JdbcPagingItemReader<Person> reader(DataSource dataSource) throws Exception {
    return new JdbcPagingItemReaderBuilder<Person>()
        .name("people")
        .dataSource(dataSource)
        .selectClause("id, full_name")
        .fromClause("users")
        .whereClause("first_name IS NULL")
        .sortKeys(Map.of("id", Order.ASCENDING))
        .pageSize(CHUNK_ROWS)
        .rowMapper((rs, row) -> new Person(rs.getLong("id"), rs.getString("full_name")))
        .build();
  }

  private static SplitPerson split(Person person) {
    String[] words = person.fullName().split(" ", -1);
    return new SplitPerson(person.id(), words[0], words.length > 1 ? words[1] : "");
  }

  private static JdbcBatchItemWriter<SplitPerson> writer(DataSource dataSource) {
    JdbcBatchItemWriter<SplitPerson> writer =
        new JdbcBatchItemWriterBuilder<SplitPerson>()
            .dataSource(dataSource)
            .sql("UPDATE users SET first_name = ?, last_name = ? WHERE id = ?")
            .itemPreparedStatementSetter(
                (person, statement) -> {
                  statement.setString(1, person.firstName());
                  statement.setString(2, person.lastName());
                  statement.setLong(3, person.id());
                })
            .build();
    writer.afterPropertiesSet();
    return writer;
  }
}

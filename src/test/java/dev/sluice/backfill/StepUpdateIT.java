package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.control.SluiceSchema;
import dev.sluice.postgres.Key;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** What is stored here is read by Spring Batch, at the next launch. */
class StepUpdateIT {

  private static final Instant NOW = Instant.parse("2026-11-21T19:20:00Z");

  private TestDatabase database;
  private JobRepository repository;
  private StepExecution step;
  private StepUpdate update;

  @BeforeEach
  void create() throws Exception {
    database = PostgresServer.newest().newDatabase();
    new SluiceSchema(database.dataSource()).upgrade(duration -> {});
    JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
    factory.setDataSource(database.dataSource());
    factory.setTransactionManager(new DataSourceTransactionManager(database.dataSource()));
    factory.setTablePrefix("sluice.batch_");
    factory.afterPropertiesSet();
    repository = factory.getObject();
    JobParameters none = new JobParameters();
    JobExecution job =
        repository.createJobExecution(
            repository.createJobInstance("job", none), none, new ExecutionContext());
    step = repository.createStepExecution("chunks:p001", job);
    update = new StepUpdate(database.dataSource(), Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private StepExecution stored() {
    return Objects.requireNonNull(repository.getStepExecution(step.getId()));
  }

  @Test
  void springBatchReadsTheCountersAndTheCheckpoint() {
    step.setCommitCount(2);
    step.setReadCount(1_000);
    step.setFilterCount(30);
    step.setWriteCount(960);
    step.setWriteSkipCount(10);
    step.setRollbackCount(1);
    StepCheckpoint.store(step, new Key(List.of("7", "eu, west", "")));

    update.store(step);

    StepExecution stored = stored();
    assertThat(stored.getCommitCount()).isEqualTo(2);
    assertThat(stored.getReadCount()).isEqualTo(1_000);
    assertThat(stored.getFilterCount()).isEqualTo(30);
    assertThat(stored.getWriteCount()).isEqualTo(960);
    assertThat(stored.getWriteSkipCount()).isEqualTo(10);
    assertThat(stored.getRollbackCount()).isEqualTo(1);
    assertThat(stored.getVersion()).isEqualTo(step.getVersion());
    assertThat(stored.getLastUpdated()).isEqualTo(LocalDateTime.ofInstant(NOW, ZoneOffset.UTC));
    assertThat(StepCheckpoint.load(stored)).isEqualTo(new Key(List.of("7", "eu, west", "")));
  }

  @Test
  void aKeyThatTheShortColumnDoesNotHoldIsStoredWhole() {
    Key key = new Key(List.of("ä".repeat(3_000), "7"));
    StepCheckpoint.store(step, key);
    update.store(step);
    assertThat(StepCheckpoint.load(stored())).isEqualTo(key);

    StepCheckpoint.store(step, new Key(List.of("b", "8")));
    update.store(step);
    assertThat(StepCheckpoint.load(stored())).isEqualTo(new Key(List.of("b", "8")));
  }

  @Test
  void aCheckpointThatDidNotMoveStaysStored() {
    StepCheckpoint.store(step, new Key(List.of("7")));
    update.store(step);
    step.setReadCount(20);
    update.store(step);
    assertThat(StepCheckpoint.load(stored())).isEqualTo(new Key(List.of("7")));
    assertThat(stored().getReadCount()).isEqualTo(20);
  }

  @Test
  void springBatchGoesOnWithTheStep() {
    update.store(step);
    step.setExitStatus(step.getExitStatus().addExitDescription("over"));
    repository.update(step);
    assertThat(stored().getExitStatus().getExitDescription()).isEqualTo("over");
  }

  @Test
  void aStepThatAnotherProcessHasWrittenIsLeftAlone() {
    StepExecution others = stored();
    others.setReadCount(5);
    update.store(others);

    step.setReadCount(9);
    assertThatThrownBy(() -> update.store(step))
        .isInstanceOf(OptimisticLockingFailureException.class)
        .hasMessage(
            "step execution %d is no longer of version %d", step.getId(), step.getVersion());
    assertThat(stored().getReadCount()).isEqualTo(5);
  }
}

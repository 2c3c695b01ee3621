package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.core.task.TaskExecutor;

/** The job that takes a migration back that has SQL files only, by those that go down. */
final class SchemaRollbackJob extends RollbackJob {

  private static final Logger log = LoggerFactory.getLogger(SchemaRollbackJob.class);

  private final JobEnvironment environment;
  private final SchemaMigration migration;
  private final SchemaPreflight preflight;

  SchemaRollbackJob(JobEnvironment environment, SchemaMigration migration) {
    super(environment);
    this.environment = environment;
    this.migration = migration;
    this.preflight = new SchemaPreflight(migration);
  }

  @Override
  public SchemaMigration migration() {
    return migration;
  }

  @Override
  List<String> refusals(LedgerEntry entry) {
    ScriptRunner scripts = scripts(duration -> {});
    List<String> refusals = new ArrayList<>(SchemaPreflight.problems(preflight.wayBack()));
    for (Script up : preflight.wayForth()) {
      Script.Kind down = up.kind().opposite();
      if (migration.script(down).isEmpty() && scripts.hasBegun(migration.id(), up.kind())) {
        refusals.add(
            "%s has run, and there is no %s that would take it back. Write one."
                .formatted(up.file(), migration.isFlat() ? "way down" : down.fileName()));
      }
    }
    return refusals;
  }

  @Override
  List<String> forecast(LedgerEntry entry) {
    ScriptRunner scripts = scripts(duration -> {});
    return preflight.wayBack().stream()
        .filter(down -> scripts.hasBegun(migration.id(), down.kind().opposite()))
        .map(down -> "would run " + down.file())
        .toList();
  }

  private ScriptRunner scripts(Waiter waiter) {
    return new ScriptRunner(environment.dataSource(), waiter, ScriptSettings.DEFAULT);
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    JobSteps steps = new JobSteps(environment, launch, workers);
    ScriptRunner scripts = scripts(launch.waiter());
    SimpleJobBuilder job =
        new JobBuilder(name(), environment.jobRepository())
            .start(steps.action(StepName.PREFLIGHT, this::preflight).atEachLaunch());
    for (Script down : preflight.wayBack()) {
      job.next(
          steps.action(
              StepName.of(down.kind()),
              () -> {
                if (scripts.hasBegun(migration.id(), down.kind().opposite())) {
                  scripts.run(migration.id(), down);
                }
              }));
    }
    return job.build();
  }

  /** Says what goes before anything does. */
  private void preflight() {
    preflight.requireRunnable(preflight.wayBack());
    new WhatGoes(environment.dataSource())
        .in(preflight.wayBack())
        .forEach(line -> log.info("rollback.drops migration={} {}", migration.id(), line));
  }

  @Override
  public RunResult completed(LedgerEntry entry) {
    return new SchemaSummary(environment, migration).rolledBack(name());
  }
}

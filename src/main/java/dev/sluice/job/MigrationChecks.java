package dev.sluice.job;

import dev.sluice.migration.Migration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.Waiter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the preflight and verify steps of a run do. */
@SuppressWarnings("UnusedVariable")
final class MigrationChecks implements MigrationJob.Checkpoints {

  private static final Logger log = LoggerFactory.getLogger(MigrationChecks.class);

  private final Launcher.Environment environment;
  private final Migration migration;
  private final @Nullable RowTransformer transformer;
  private final long run;

  MigrationChecks(
      Launcher.Environment environment,
      Migration migration,
      @Nullable RowTransformer transformer,
      long run,
      Waiter waiter) {
    this.environment = environment;
    this.migration = migration;
    this.transformer = transformer;
    this.run = run;
  }

  @Override
  public void preflight() {}

  @Override
  public void preflightData() {}

  @Override
  public void verify() {}
}

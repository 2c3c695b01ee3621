package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Check;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BaselinesIT {
  private static final MigrationId ID = new MigrationId("0007_test");

  private TestDatabase database;
  private Baselines baselines;

  @BeforeEach
  void createTable() {
    database = PostgresServer.newest().newDatabase();
    ControlTables.create(database);
    database.execute(
        """
        CREATE TABLE users (id int PRIMARY KEY, tier text);
        INSERT INTO users SELECT n FROM generate_series(1, 120000) AS n;
        ANALYZE users;
        INSERT INTO users SELECT n FROM generate_series(120001, 120003) AS n
        """);
    baselines = new Baselines(database.dataSource(), duration -> {});
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void countsInWindowsIfTheRowCountIsChecked() {
    Baseline baseline = baselines.capture(counted(), 1);
    assertThat(baseline.rowsTotal()).isEqualTo(120_003);
    assertThat(baseline.exact()).isTrue();
    assertThat(baseline.rowsToDo()).isBetween(100_000L, 150_000L);
  }

  @Test
  void estimatesOtherwise() {
    Baseline baseline = baselines.capture(TestMigration.of("users").set("tier", "'x'").build(), 1);
    assertThat(baseline.rowsTotal()).isBetween(100_000L, 150_000L);
    assertThat(baseline.exact()).isFalse();
  }

  @Test
  void aGuardOverAColumnStillToComeMeansEveryRow() {
    DataMigration migration =
        TestMigration.of("users").set("rank", "1").where("rank IS NULL").expands().build();
    Baseline baseline = baselines.capture(migration, 1);
    assertThat(baseline.rowsToDo()).isEqualTo(baseline.rowsTotal());
  }

  @Test
  void aRunHasOneBaseline() {
    Baseline first = baselines.capture(counted(), 1);
    database.execute("DELETE FROM users WHERE id > 10");
    assertThat(baselines.capture(counted(), 1)).isEqualTo(first);
    assertThat(baselines.find(ID, 1)).contains(first);
    assertThat(baselines.find(ID, 2)).isEmpty();
    assertThat(baselines.capture(counted(), 2).rowsTotal()).isEqualTo(10);
  }

  @Test
  void aStopEndsTheCountBetweenWindows() {
    Waiter stopping =
        duration -> {
          throw new Waiter.StoppedException();
        };
    assertThatThrownBy(() -> new Baselines(database.dataSource(), stopping).capture(counted(), 1))
        .isInstanceOf(Waiter.StoppedException.class);
    assertThat(baselines.find(ID, 1)).isEmpty();
  }

  private static DataMigration counted() {
    return TestMigration.of("users")
        .set("tier", "'x'")
        .after(new Check.RowCountUnchanged())
        .build();
  }
}

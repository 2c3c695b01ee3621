package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two versions of the program on one database, as in the hours of an upgrade. */
class SluiceSchemaIT {

  private TestDatabase database;
  private SluiceSchema schema;

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    schema = new SluiceSchema(database.dataSource());
    schema.upgrade(time -> {});
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void whatIsThereIsLeftAsItIs() {
    List<String> before = files();

    schema.upgrade(time -> {});
    schema.requireCurrent();

    assertThat(files()).isEqualTo(before);
  }

  private List<String> files() {
    return database
        .jdbc()
        .sql("SELECT format('%s %s', installed_rank, installed_on) FROM sluice.schema_version")
        .query(String.class)
        .list();
  }

  @Test
  void oneOfANewerProgramIsRefused() {
    database.execute(
        """
        INSERT INTO sluice.schema_version
          (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
        VALUES (1000, '90', 'of a newer program', 'SQL', 'V90__of_a_newer_program.sql', 1, 'other', 1, TRUE)
        """);
    String said =
        "schema sluice is of version 90, this program knows version %d. A newer program has upgraded it: use that one."
            .formatted(SluiceSchema.VERSION);

    assertThatThrownBy(() -> schema.upgrade(time -> {}))
        .isInstanceOf(SluiceSchema.OtherVersionException.class)
        .hasMessage(said);
    assertThatThrownBy(schema::requireCurrent).hasMessage(said);
  }

  @Test
  void oneOfAnOlderProgramIsUpgradedByWhatLaunches() {
    database.execute(
        "DELETE FROM sluice.schema_version WHERE version = '%d'".formatted(SluiceSchema.VERSION));

    assertThatThrownBy(schema::requireCurrent)
        .hasMessage(
            "schema sluice was made by an older program. The next 'run', 'rollback', 'up' or"
                + " 'repair' upgrades it.");
  }
}

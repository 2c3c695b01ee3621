package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rollback that failed once, and went through when it was given again. */
class RollbackFailureIT {
  private static final int FAILED = 5;
  private static final int FAILED_AND_ROLLED_BACK = 9;

  private static final String REFUSE =
      """
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = 'check_violation'; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE ON users FOR EACH ROW WHEN (NEW.name IS %s NULL)
        EXECUTE FUNCTION refuse()
      """;

  private static final String NAMES =
      """
      table: users
      where: name IS NULL
      set: {name: upper(full_name)}
      undo: journal
      """;

  @TempDir private Path jobs;

  private Program program(TestDatabase database) {
    database.execute(
        """
        CREATE TABLE users (id int PRIMARY KEY, full_name text, name text);
        INSERT INTO users SELECT n, 'n' FROM generate_series(1, 300) AS n
        """);
    return new Program(database, jobs, "0001_names");
  }

  private static Optional<String> failure(TestDatabase database) {
    return database
        .jdbc()
        .sql("SELECT failure FROM sluice.migration WHERE failure IS NOT NULL")
        .query(String.class)
        .optional();
  }

  @Test
  void whatFailedInAnOperatorsRollbackIsOverWithIt() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = program(database).define(NAMES);
      program.run().done();
      database.execute(REFUSE.formatted(""));
      program.rollback().failed(FAILED);
      assertThat(failure(database))
          .hasValueSatisfying(
              text -> assertThat(text).contains("a trigger or function of the database refuses"));
      database.execute("DROP TRIGGER refuse ON users");
      program.rollback().done();
      assertThat(program.state()).isEqualTo("rolled_back");
      assertThat(failure(database)).isEmpty();
    }
  }

  @Test
  void whyARunWasTakenBackStaysKnown() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = program(database).define(NAMES + "on-failure: rollback\n");
      database.execute(REFUSE.formatted("NOT"));
      program.run().failed(FAILED_AND_ROLLED_BACK);
      assertThat(program.state()).isEqualTo("rolled_back");
      assertThat(failure(database))
          .hasValueSatisfying(
              text -> assertThat(text).contains("a trigger or function of the database refuses"));
    }
  }
}

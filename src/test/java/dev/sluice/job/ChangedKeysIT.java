package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The application changes keys between a run and its rollback. */
class ChangedKeysIT {

  @TempDir private Path jobs;
  private TestDatabase database;
  private Program program;

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    database.execute(
        """
        CREATE TABLE word (k text, n int, v text, PRIMARY KEY (k, n));
        INSERT INTO word SELECT 'key ' || n, n, 'word ' || n FROM generate_series(1, 10) AS n;
        """);
    program = new Program(database, jobs, "0001_word");
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"where: v <> upper(v)\n", ""})
  void aRowGoesBackUnderItsNewKey(String guard) {
    program.define("table: word\nset: {v: upper(v)}\n" + guard).run().done();
    database.execute(
        """
        UPDATE word SET k = 'moved' WHERE n = 3;
        DELETE FROM word WHERE n = 5;
        UPDATE word SET k = 'key 5', n = 5 WHERE n = 6; -- a key that its journal row still has
        UPDATE word SET n = n + 100 WHERE n > 7;
        UPDATE word SET v = 'mine' WHERE n = 107 + 1;
        INSERT INTO word VALUES ('key 6', 6, 'NEW');
        """);

    Program.Answer back = program.rollback();

    assertThat(back.exitCode()).as(back.err()).isEqualTo(8);
    assertThat(back.out()).doesNotContain("are gone");
    assertThat(
            database
                .jdbc()
                .sql("SELECT string_agg(k || '/' || n || '/' || v, ', ' ORDER BY n) FROM word")
                .query(String.class)
                .single())
        .isEqualTo(
            "key 1/1/word 1, key 2/2/word 2, moved/3/word 3, key 4/4/word 4, key 5/5/word 6,"
                + " key 6/6/NEW, key 7/7/word 7, key 8/108/mine, key 9/109/word 9,"
                + " key 10/110/word 10");
    assertThat(database.count("pg_trigger WHERE NOT tgisinternal")).isZero();
    assertThat(database.count("pg_proc WHERE pronamespace = 'sluice'::regnamespace")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"where: v <> upper(v)\n", ""})
  void aRowWhoseKeyNobodyFollowedIsCountedAsGone(String guard) {
    program.define("table: word\nset: {v: upper(v)}\n" + guard).run().done();
    database.execute(
        """
        DROP TRIGGER zz_sluice_0001_word_k ON word;
        UPDATE word SET k = 'moved' WHERE n = 3;
        """);
    assertThat(program.rollback("--dry-run").done())
        .contains("would put back 9 rows")
        .contains("1 rows that the run changed are gone: deleted since, or their key was changed");
    assertThat(program.rollback().done())
        .contains("1 rows that the run changed are gone: deleted since, or their key was changed");
  }
}

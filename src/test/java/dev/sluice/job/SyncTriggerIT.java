package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the application writes while both shapes are in use, before, during and after a run. */
class SyncTriggerIT {

  private static final String SPLIT =
      """
      table: users
      where: first_name IS NULL AND full_name IS NOT NULL
      set:
        first_name: split_part(full_name, ' ', 1)
        last_name: split_part(full_name, ' ', 2)
      sync: {mode: trigger, reverse: {full_name: "first_name || ' ' || last_name"}}
      """;

  private static final String USERS =
      """
      CREATE TABLE users (id bigint PRIMARY KEY, full_name text, first_name text, last_name text,
                          seen int NOT NULL DEFAULT 0);
      INSERT INTO users (id, full_name) SELECT n, 'First' || n || ' Last' || n
      FROM generate_series(1, 10) AS n;
      """;

  @TempDir private Path jobs;

  private void on(PostgresServer server, Consumer<TestDatabase> test) {
    try (TestDatabase database = server.newDatabase()) {
      test.accept(database);
    }
  }

  private Program program(TestDatabase database) {
    return new Program(database, jobs, "0001_split");
  }

  private static String rows(TestDatabase database, String condition) {
    return database
        .jdbc()
        .sql(
            "SELECT string_agg(concat_ws('|', id, coalesce(full_name, '-'),"
                + " coalesce(first_name, '-'), coalesce(last_name, '-')), ', ' ORDER BY id)"
                + " FROM users WHERE "
                + condition)
        .query(String.class)
        .single();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void fillsWhatTheApplicationLeavesOutAndKeepsWhatItGives(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(USERS);
          assertThat(program(database).define(SPLIT).run().done()).contains("10 rows changed");
          database.execute(
              """
              INSERT INTO users (id, full_name) VALUES (11, 'Ada Lovelace');
              INSERT INTO users VALUES (12, 'Ada Lovelace', 'A.', 'L.');
              INSERT INTO users VALUES (13, 'Ada Lovelace', 'A.');
              INSERT INTO users VALUES (14, NULL, 'Ada', 'King');
              INSERT INTO users (id) VALUES (15);
              UPDATE users SET full_name = 'Grace Hopper' WHERE id = 1;
              UPDATE users SET first_name = 'Alan' WHERE id = 2;
              UPDATE users SET full_name = 'A B', first_name = 'C', last_name = 'D' WHERE id = 3;
              UPDATE users SET seen = 1 WHERE id = 4;
              UPDATE users SET full_name = 'X Y', first_name = 'Z' WHERE id = 5;
              """);
          assertThat(rows(database, "id < 6 OR id > 10"))
              .isEqualTo(
                  "1|Grace Hopper|Grace|Hopper, 2|Alan Last2|Alan|Last2, 3|A B|C|D,"
                      + " 4|First4 Last4|First4|Last4, 5|X Y|Z|Last5, 11|Ada Lovelace|Ada|Lovelace,"
                      + " 12|Ada Lovelace|A.|L., 13|Ada Lovelace|A.|Lovelace, 14|Ada King|Ada|King,"
                      + " 15|-|-|-");
        });
  }
}

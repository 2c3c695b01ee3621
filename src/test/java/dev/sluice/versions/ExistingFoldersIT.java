package dev.sluice.versions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.CommandLine;
import dev.sluice.testing.CommandLine.Result;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders that other tools began, by the commands of this one. */
@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class ExistingFoldersIT {

  private static final Path FOLDERS = Path.of("src/test/resources/folders");
  private static final int USAGE = 2;
  private static final int FAILED = 5;

  @TempDir private Path jobs;
  private final TestDatabase database;

  ExistingFoldersIT(PostgresServer server) {
    database = server.newDatabase();
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private CommandLine on(String folder) throws IOException {
    try (Stream<Path> files = Files.list(FOLDERS.resolve(folder))) {
      for (Path file : files.toList()) {
        Files.copy(file, jobs.resolve(file.getFileName()));
      }
    }
    return new CommandLine(database, jobs);
  }

  private static String done(CommandLine sluice, String... command) {
    Result result = sluice.run(command);
    assertThat(result.exitCode()).as("%s", result).isZero();
    return result.out();
  }

  /** Without the lines that tell more of one migration. */
  private static List<String> lines(String out) {
    return out.lines().filter(line -> !line.startsWith(" ")).toList();
  }

  @Test
  void pairsOfGolangMigrate() throws IOException {
    CommandLine sluice = on("golang-migrate");
    Result up = sluice.run("up");
    assertThat(up.exitCode()).as("%s", up).isEqualTo(FAILED);
    assertThat(lines(up.out())).hasSize(7).contains("000007_index_orders_customer: completed");
    assertThat(up.err())
        .contains("000008_one_customer_per_email.up.sql:5: statement 3 of 5: CREATE UNIQUE INDEX")
        .contains("could not create unique index \"customers_login\" [23505]")
        .contains("line 2: UPDATE customers SET login = lower(email)")
        .endsWith(
            "ended at 000008_one_customer_per_email, 2 of 10 not begun, now at"
                + " 000007_index_orders_customer\n");
    assertThat(done(sluice, "version"))
        .startsWith(
            "000007_index_orders_customer\n7 of 10 applied, next is 000008_one_customer_per_email\n"
                + "000008_one_customer_per_email: dirty, because ");

    database.execute("UPDATE customers SET login = login || '+2' WHERE id = 3");
    assertThat(done(sluice, "repair"))
        .startsWith("000008_one_customer_per_email: was dirty, and is failed now: ")
        .contains("2 of 5 statements are applied:");
    assertThat(lines(done(sluice, "up")))
        .endsWith("000010_rename_kind: completed", "done, now at 000010_rename_kind");

    assertThat(lines(done(sluice, "down", "3")))
        .containsExactly(
            "000010_rename_kind: rolled back",
            "000009_view_sales: rolled back",
            "000008_one_customer_per_email: rolled back",
            "done, now at 000007_index_orders_customer");
    assertThat(lines(done(sluice, "goto", "2"))).endsWith("done, now at 000002_create_products");
    assertThat(lines(done(sluice, "goto", "7")))
        .endsWith("done, now at 000007_index_orders_customer");
    assertThat(sluice.run("up").exitCode()).as("two customers have one address").isEqualTo(FAILED);
  }

  @Test
  void annotatedFilesOfGoose() throws IOException {
    CommandLine sluice = on("goose");
    assertThat(lines(done(sluice, "up"))).hasSize(11).endsWith("done, now at 20260120160000_mood");
    assertThat(database.count("pg_proc WHERE proname = 'customer_total'")).isEqualTo(1);
    assertThat(lines(done(sluice, "down", "3"))).hasSize(4);
    assertThat(done(sluice, "version")).startsWith("20260109083000_total_function\n");
    assertThat(lines(done(sluice, "goto", "3"))).endsWith("done, now at 00003_seed");
    assertThat(database.count("pg_proc WHERE proname = 'customer_total'")).isZero();
    assertThat(lines(done(sluice, "up"))).endsWith("done, now at 20260120160000_mood");
    assertThat(lines(done(sluice, "down", "99"))).endsWith("done, no migration is applied");
    assertThat(database.count("pg_tables WHERE schemaname = 'public'")).isZero();

    Files.writeString(
        jobs.resolve("00003_seed.sql"),
        Files.readString(jobs.resolve("00003_seed.sql")) + "-- +goose ENVSUB ON\n");
    Result refused = sluice.run("up");
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(USAGE);
  }
}

package dev.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.SluiceCommand;
import dev.sluice.scenario.Scenario.Failure;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example and every scenario, on every server. */
class ScenarioIT {

  private static final String PASSWORD = "spring.datasource.password";

  /** Small chunks and several workers, so that few rows make many chunks. */
  private static final List<String> TUNING = List.of("--chunk-rows=100", "--workers=3");

  /** Such a migration was never begun. */
  private static final int WRONG_DEFINITION = 2;

  /** How the program ended. */
  private record Answer(int exitCode, String out, String err) {}

  static Stream<Arguments> completing() {
    return onEveryServer(scenario -> scenario.expectedFailure().isEmpty());
  }

  static Stream<Arguments> failing() {
    return onEveryServer(scenario -> scenario.expectedFailure().isPresent());
  }

  private static Stream<Arguments> onEveryServer(Predicate<Scenario> wanted) {
    List<Scenario> scenarios = Scenario.all().stream().filter(wanted).toList();
    return PostgresServer.all().stream()
        .flatMap(server -> scenarios.stream().map(scenario -> Arguments.of(server, scenario)));
  }

  @BeforeAll
  static void givePassword() {
    System.setProperty(PASSWORD, PostgresServer.newest().password());
  }

  @AfterAll
  static void takePassword() {
    System.clearProperty(PASSWORD);
  }

  @ParameterizedTest(name = "{1} on {0}", allowZeroInvocations = true)
  @MethodSource("completing")
  void completesBesideTheApplicationOnceAndGoesBackAndForth(
      PostgresServer server, Scenario scenario, @TempDir Path temporary) throws Exception {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(scenario.before());
      Map<String, String> before = TableImages.ofContent(database);

      assertCompleted(scenario, runBesideTraffic(database, scenario));
      if (scenario.captures()) { // what the application wrote behind the last round
        Answer caughtUp = run(database, scenario);
        assertThat(caughtUp.exitCode()).as(caughtUp.err()).isZero();
      }
      assertAfter(database, scenario);

      assertASecondRunChangesNothing(database, scenario, temporary);

      if (scenario.canBeTakenBack()) {
        takeBack(database, scenario, before);
        assertCompleted(scenario, run(database, scenario));
      }
      assertTheCleanupLeavesNothingOfOurs(database, scenario);
    }
  }

  private static void assertTheCleanupLeavesNothingOfOurs(
      TestDatabase database, Scenario scenario) {
    // as if the old side had been kept for as long as it must be
    database.execute("UPDATE sluice.migration SET ended_at = ended_at - interval '3651 days'");
    Answer cleanup =
        launch("cleanup", database, scenario, List.of("--confirm=" + scenario.id().value()));
    assertThat(cleanup.exitCode()).as(cleanup.err()).isZero();
    String id = scenario.id().value();
    assertThat(database.count("pg_class WHERE relname = 'undo_%s'".formatted(id))).isZero();
    assertThat(database.count("pg_trigger WHERE starts_with(tgname, 'zz_sluice_%s')".formatted(id)))
        .isZero();
    Answer again = run(database, scenario);
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out()).contains("nothing to do");
  }

  private static void assertASecondRunChangesNothing(
      TestDatabase database, Scenario scenario, Path temporary) throws Exception {
    Map<String, String> images = TableImages.of(database);
    assertCompleted(scenario, run(database, scenario));
    if (scenario.hasGuard()) {
      Scenario again = scenario.dataChangeAgain(temporary);
      assertCompleted(again, run(database, again));
    }
    assertThat(TableImages.of(database)).isEqualTo(images);
  }

  /** Exactly, where nobody else wrote; else what the application wrote stays, and is listed. */
  private static void takeBack(TestDatabase database, Scenario scenario, Map<String, String> before)
      throws SQLException {
    if (scenario.traffic().isEmpty()) {
      Answer back = launch("rollback", database, scenario, List.of());
      assertThat(back.exitCode()).as(back.err()).isZero();
      assertThat(TableImages.ofContent(database)).as("the tables as before").isEqualTo(before);
      return;
    }
    Answer back = launch("rollback", database, scenario, List.of("--discard-changes"));
    long conflicts =
        database.count("sluice.conflict WHERE migration_id = '%s'".formatted(scenario.id()));
    assertThat(back.exitCode()).as(back.err()).isEqualTo(conflicts == 0 ? 0 : 8);
    assertThat(back.out()).startsWith(scenario.id() + ": rolled back");
    assertThat(back.out().contains("  conflicts: ")).isEqualTo(conflicts > 0);
    assertTrue(database, scenario.back());
  }

  @ParameterizedTest(name = "{1} on {0}", allowZeroInvocations = true)
  @MethodSource("failing")
  void failsAsItSaysAndGoesBack(PostgresServer server, Scenario scenario) throws Exception {
    Failure expected = scenario.expectedFailure().orElseThrow();
    try (TestDatabase database = server.newDatabase()) {
      database.execute(scenario.before());
      Map<String, String> before = TableImages.ofContent(database);

      Answer answer = runBesideTraffic(database, scenario);

      assertThat(answer.out() + answer.err()).contains(expected.message());
      assertThat(answer.exitCode()).as(answer.err()).isEqualTo(expected.exitCode());
      assertAfter(database, scenario);
      if (expected.exitCode() != WRONG_DEFINITION && scenario.canBeTakenBack()) {
        takeBack(database, scenario, before);
      }
    }
  }

  private static Answer runBesideTraffic(TestDatabase database, Scenario scenario)
      throws Exception {
    if (scenario.traffic().isEmpty()) {
      return run(database, scenario);
    }
    try (Traffic traffic = Traffic.start(database, scenario.traffic().get())) {
      Answer answer = run(database, scenario);
      assertThat(traffic.error()).as("what the application got").isEmpty();
      assertThat(traffic.rounds()).as("rounds of the application").isPositive();
      return answer;
    }
  }

  private static Answer run(TestDatabase database, Scenario scenario) {
    return launch("run", database, scenario, TUNING);
  }

  private static Answer launch(
      String command, TestDatabase database, Scenario scenario, List<String> options) {
    List<String> arguments =
        List.of(
            command,
            scenario.id().value(),
            "--jobs=" + scenario.jobs(),
            "--url=" + database.url(),
            "--user=" + database.server().user());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        SluiceCommand.execute(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            Stream.concat(arguments.stream(), options.stream()).toArray(String[]::new));
    return new Answer(exitCode, out.toString(), err.toString());
  }

  private static void assertCompleted(Scenario scenario, Answer answer) {
    assertThat(answer.err()).isEmpty();
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out()).startsWith(scenario.id() + ": completed");
  }

  private static void assertAfter(TestDatabase database, Scenario scenario) throws SQLException {
    assertTrue(database, scenario.after());
  }

  private static void assertTrue(TestDatabase database, List<String> queries) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String query : queries) {
        try (ResultSet rs = statement.executeQuery(query)) {
          assertThat(rs.next()).as("has a row: " + query).isTrue();
          assertThat(rs.getObject(1)).as(query).isEqualTo(true);
        }
      }
    }
  }
}

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
  void completesBesideTheApplicationAndASecondRunChangesNothing(
      PostgresServer server, Scenario scenario, @TempDir Path temporary) throws Exception {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(scenario.before());

      assertCompleted(scenario, runBesideTraffic(database, scenario));
      assertAfter(database, scenario);

      Map<String, String> images = TableImages.of(database);
      assertCompleted(scenario, run(database, scenario));
      Scenario again = scenario.dataChangeAgain(temporary);
      assertCompleted(again, run(database, again));
      assertThat(TableImages.of(database)).isEqualTo(images);
    }
  }

  @ParameterizedTest(name = "{1} on {0}", allowZeroInvocations = true)
  @MethodSource("failing")
  void failsAsItSays(PostgresServer server, Scenario scenario) throws Exception {
    Failure expected = scenario.expectedFailure().orElseThrow();
    try (TestDatabase database = server.newDatabase()) {
      database.execute(scenario.before());

      Answer answer = runBesideTraffic(database, scenario);

      assertThat(answer.err()).contains(expected.message());
      assertThat(answer.exitCode()).as(answer.err()).isEqualTo(expected.exitCode());
      assertAfter(database, scenario);
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
    List<String> arguments =
        List.of(
            "run",
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
            Stream.concat(arguments.stream(), TUNING.stream()).toArray(String[]::new));
    return new Answer(exitCode, out.toString(), err.toString());
  }

  private static void assertCompleted(Scenario scenario, Answer answer) {
    assertThat(answer.err()).isEmpty();
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out()).startsWith(scenario.id() + ": completed");
  }

  private static void assertAfter(TestDatabase database, Scenario scenario) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String query : scenario.after()) {
        try (ResultSet rs = statement.executeQuery(query)) {
          assertThat(rs.next()).as("has a row: " + query).isTrue();
          assertThat(rs.getObject(1)).as(query).isEqualTo(true);
        }
      }
    }
  }
}

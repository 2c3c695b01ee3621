package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.DataSize;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.ThrottlePolicy.Load;
import dev.sluice.migration.ThrottlePolicy.Speed;
import dev.sluice.migration.ThrottlePolicy.Wal;
import dev.sluice.migration.TimeWindow;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys under {@code throttle}. */
final class ThrottleReaderTest {

  @TempDir private Path temporary;
  private JobsFolder jobs;

  @BeforeEach
  void createJobs() {
    jobs = new JobsFolder(temporary);
  }

  private ThrottlePolicy throttle(String yaml) {
    return jobs.definition(JobsFolder.GOOD + yaml).load().tuning().throttle();
  }

  @Test
  void readsEveryKey() {
    assertThat(
            throttle(
                """
                throttle:
                  pause: 50ms
                  rows-per-second: 5000
                  replica-lag: 5s
                  replica-lag-size: 64MB
                  slot-wal: 10GB
                  archive-backlog: 100
                  blocked-sessions: ignore
                  active-sessions: 20
                  vacuum: ignore
                  long-transactions: 30m
                  window: "Mon-Fri 22:00-06:00 Europe/Berlin"
                  when: SELECT false
                """))
        .isEqualTo(
            new ThrottlePolicy(
                new Speed(Duration.ofMillis(50), 5000),
                new Wal(Duration.ofSeconds(5), DataSize.of(64, "MB"), DataSize.of(10, "GB"), 100),
                new Load(false, false, 20, Duration.ofMinutes(30)),
                TimeWindow.parse("Mon-Fri 22:00-06:00 Europe/Berlin"),
                "SELECT false"));
  }

  @Test
  void whatIsNotGivenIsTheDefault() {
    assertThat(throttle("")).isEqualTo(ThrottlePolicy.DEFAULT);
    assertThat(throttle("throttle: {}\n")).isEqualTo(ThrottlePolicy.DEFAULT);
    assertThat(throttle("throttle: {window: always, vacuum: wait}\n"))
        .isEqualTo(ThrottlePolicy.DEFAULT);
  }

  @Test
  void isNoPartOfTheChecksum() {
    String without = jobs.definition(JobsFolder.GOOD).load().checksum();
    String with = jobs.definition(JobsFolder.GOOD + "throttle: {pause: 1s}\n").load().checksum();
    assertThat(with).isEqualTo(without);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "pause: 11m|19: throttle.pause must be 0ms to 10m, got '11m'. Remove it to use 0ms.",
        "pause: 5|19: throttle.pause must be a whole number with its unit (ms, s, m, h or d), like 0ms, got 5.",
        "rows-per-second: -1|29: throttle.rows-per-second must be 0 to 1000000, got -1. Remove it to use 0.",
        "replica-lag: 2h|25: throttle.replica-lag must be 0ms to 1h, got '2h'. Remove it to use 0ms.",
        "replica-lag-size: 64M|30: throttle.replica-lag-size must be a whole number with its unit (kB, MB, GB or TB), like 64MB, got '64M'.",
        "slot-wal: 17TB|22: throttle.slot-wal must be 0MB to 16TB, got '17TB'. Remove it to use 0MB.",
        "slot-wal: 99999999TB|22: throttle.slot-wal must be 0MB to 16TB, got '99999999TB'. Remove it to use 0MB.",
        "archive-backlog: many|29: throttle.archive-backlog must be a plain whole number, 0 to 100000, got 'many'. Remove it to use 0.",
        "blocked-sessions: false|30: throttle.blocked-sessions must be wait or ignore, got the boolean false. Remove it to use wait.",
        "active-sessions: 10001|29: throttle.active-sessions must be 0 to 10000, got 10001. Remove it to use 0.",
        "vacuum: [a]|20: throttle.vacuum must be wait or ignore, got a list. Remove it to use wait.",
        "long-transactions: 8d|31: throttle.long-transactions must be 0ms to 7d, got '8d'. Remove it to use 0ms.",
        "window: 22:00-06:00|20: throttle.window must be HH:MM-HH:MM and a time zone, like 22:00-06:00 Europe/Berlin, with days before it if you like, Mon-Fri or Sat,Sun; or always, got '22:00-06:00'.",
        "when: SELECT 1; SELECT 2|18: throttle.when has a ';': one expression or query is wanted, and no end of it.",
      })
  void refusesWhatIsWrong(String key, String problem) {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "throttle: {" + key + "}\n"))
        .containsExactly("5:" + problem);
  }
}

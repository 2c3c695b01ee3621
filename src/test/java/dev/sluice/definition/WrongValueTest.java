package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of the wrong type or beyond their bounds, and several faults at once. */
final class WrongValueTest {

  @TempDir private Path temporary;
  private JobsFolder jobs;

  @BeforeEach
  void createJobs() {
    jobs = new JobsFolder(temporary);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chunk: {rows: 100}",
        "chunk: {rows: 1000}",
        "chunk: {target-time: 10ms}",
        "chunk: {target-time: 800ms}",
        "chunk: {}",
        "workers: 1",
        "workers: 32",
        "skip: 0",
        "skip: 100000",
        "retry: {attempts: 1}",
        "retry: {attempts: 100}",
        "retry: {backoff: 10ms}",
        "retry: {backoff: 5m}",
        "retry: {backoff: 300s}",
        "verify: {sample: all}",
        "verify: {sample: 1}",
        "verify: {sample: 1000000000}",
        "verify: {differences: fail}",
      })
  void acceptsBothEdges(String line) {
    jobs.definition(JobsFolder.GOOD + line + "\n");
    assertThatCode(jobs::load).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "chunk: {rows: 99}|15: chunk.rows must be 100 to 1000, got 99. Remove it to use 1000.",
        "chunk: {rows: 1001}|15: chunk.rows must be 100 to 1000, got 1001. Remove it to use 1000.",
        "chunk: {rows: -5}|15: chunk.rows must be 100 to 1000, got -5. Remove it to use 1000.",
        "chunk: {target-time: 9ms}|22: chunk.target-time must be 10ms to 800ms, got '9ms'. Remove"
            + " it to use 200ms.",
        "chunk: {target-time: 801ms}|22: chunk.target-time must be 10ms to 800ms, got '801ms'."
            + " Remove it to use 200ms.",
        "workers: 0|10: workers must be 1 to 32, got 0. Remove it to use 2.",
        "skip: -1|7: skip must be 0 to 100000, got -1. Remove it to use 0.",
        "skip: 100001|7: skip must be 0 to 100000, got 100001. Remove it to use 0.",
        "skip: many|7: skip must be a plain whole number, 0 to 100000, got 'many'. Remove it to use 0.",
        "workers: 33|10: workers must be 1 to 32, got 33. Remove it to use 2.",
        "retry: {attempts: 0}|19: retry.attempts must be 1 to 100, got 0. Remove it to use 5.",
        "retry: {attempts: 101}|19: retry.attempts must be 1 to 100, got 101. Remove it to use 5.",
        "retry: {backoff: 9ms}|18: retry.backoff must be 10ms to 5m, got '9ms'. Remove it to use"
            + " 1s.",
        "retry: {backoff: 6m}|18: retry.backoff must be 10ms to 5m, got '6m'. Remove it to use 1s.",
        "verify: {sample: 0}|18: verify.sample must be all or 1 to 1000000000, got 0. Remove it to"
            + " compare all rows.",
        "verify: {sample: 1000000001}|18: verify.sample must be all or 1 to 1000000000, got"
            + " 1000000001. Remove it to compare all rows.",
        "verify: {sample: some}|18: verify.sample must be all or 1 to 1000000000, got 'some'."
            + " Remove it to compare all rows.",
        "verify: {differences: warn}|23: verify.differences must be fail or report, got 'warn'."
            + " Remove it to use fail.",
      })
  void refusesWhatIsBeyondTheEdges(String line, String problem) {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + line + "\n")).containsExactly("5:" + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "1e3|1e3",
        "0x100|0x100",
        "1_000|1_000",
        "0500|0500",
        "+500|+500",
        "500.0|500.0",
        "'500'|'500'",
        "many|'many'",
        "true|the boolean true",
        "[500]|a list",
        "{}|an empty mapping",
        "null|nothing",
        "2001-01-01|the date 2001-01-01",
        "99999999999999999999|99999999999999999999",
      })
  void acceptsOnlyPlainWholeNumbers(String value, String found) {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "workers: " + value + "\n"))
        .containsExactly(
            "5:10: workers must be a plain whole number, 1 to 32, got "
                + found
                + ". Remove it to use 2.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "200|200",
        "0|0",
        "ms|'ms'",
        "200 ms|'200 ms'",
        "1.5s|'1.5s'",
        "-1s|'-1s'",
        "200MS|'200MS'",
        "[1s]|a list",
        "9999999999s|'9999999999s'",
      })
  void wantsAUnitWithEveryDuration(String value, String found) {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "retry: {backoff: " + value + "}\n"))
        .containsExactly(
            "5:18: retry.backoff must be a whole number with its unit (ms, s, m, h or d), like 1s,"
                + " got "
                + found
                + ".");
  }

  @ParameterizedTest
  @CsvSource({"200ms,200", "5s,5000", "10m,600000", "2h,7200000", "7d,604800000", "0ms,0"})
  void showsADurationInItsLargestUnit(String shown, long millis) {
    assertThat(DurationValue.show(Duration.ofMillis(millis))).isEqualTo(shown);
  }

  @Test
  void refusesEveryWrongTypeAtOnce() {
    assertThat(
            jobs.problemsOf(
                """
                description: 2024
                table: [users]
                key: id
                where: true
                set: [a]
                chunk: 5
                workers: {}
                retry: []
                checks: x
                verify: all
                owner:
                """))
        .containsExactly(
            "1:14: description must be text, got 2024. Put quotes around it.",
            "2:8: table must be text, got a list.",
            "3:6: key must be a list of column names, like [id], got 'id'.",
            "4:8: where must be text, got the boolean true. Put quotes around it.",
            "5:6: set must be a mapping of columns to SQL expressions, got a list.",
            "6:8: chunk must be a mapping of keys, got 5.",
            "7:10: workers must be a plain whole number, 1 to 32, got an empty mapping. Remove it"
                + " to use 2.",
            "8:8: retry must be a mapping of keys, got an empty list.",
            "9:9: checks must be a mapping of keys, got 'x'.",
            "10:9: verify must be a mapping of keys, got 'all'.",
            "11:7: owner must be text, got nothing.");
  }

  @Test
  void refusesEveryEmptyValueAtOnce() {
    assertThat(
            jobs.problemsOf(
                """
                description: ''
                table: " "
                key: []
                where: "\\t\\n"
                transform: {class: '', read: [], write: ['']}
                checks: {before: [], after: {}}
                """))
        .containsExactly(
            "1:14: description must be text, got blank text.",
            "2:8: table must be text, got blank text.",
            "3:6: key must be a list of column names, like [id], got an empty list.",
            "4:8: where must be text, got blank text.",
            "5:20: transform.class must be text, got blank text.",
            "5:30: transform.read must be a list of column names, like [id], got an empty list.",
            "5:42: transform.write must be text, got blank text.",
            "6:18: checks.before must be a list of checks, like [{name: users exist, sql: SELECT"
                + " ...}], got an empty list.",
            "6:29: checks.after must be a list of checks, like [{name: users exist, sql: SELECT"
                + " ...}], got an empty mapping.");
  }

  @Test
  void refusesAnEmptySet() {
    assertThat(jobs.problemsOf("description: a\ntable: t\nwhere: w\nset: {}\n"))
        .containsExactly(
            "4:6: set must be a mapping of columns to SQL expressions, got an empty mapping.");
  }

  @Test
  void refusesExpressionsThatAreNoText() {
    assertThat(
            jobs.problemsOf(
                "description: a\ntable: t\nwhere: w\nset: {a: 0, b: false, c: , d: [x], e: a;b}\n"))
        .containsExactly(
            "4:10: set.a must be text, got 0. Put quotes around it.",
            "4:16: set.b must be text, got the boolean false. Put quotes around it.",
            "4:25: set.c must be text, got nothing.",
            "4:31: set.d must be text, got a list.",
            "4:39: set.e has a ';': one expression or query is wanted, and no end of it.");
  }

  @Test
  void showsALongValueShortened() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "workers: " + "x".repeat(10_000) + "\n"))
        .containsExactly(
            "5:10: workers must be a plain whole number, 1 to 32, got '%s…'. Remove it to use 2."
                .formatted("x".repeat(60)));
  }

  @Test
  void showsNoControlCharacter() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "workers: \"a\\e[31m\\nb\"\n"))
        .containsExactly(
            "5:10: workers must be a plain whole number, 1 to 32, got 'a [31m b'. Remove it to use"
                + " 2.");
  }
}

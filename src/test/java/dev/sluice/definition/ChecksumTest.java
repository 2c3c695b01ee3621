package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChecksumTest {

  private static final String SET =
      """
      description: a
      table: users
      key: [id, tenant]
      where: a IS NULL
      set: {a: b, c: d}
      """;

  private static final String TRANSFORM =
      """
      description: a
      table: users
      where: a IS NULL
      transform: {class: A, read: [x, y], write: [z]}
      """;

  @TempDir private Path temporary;
  private JobsFolder jobs;

  @BeforeEach
  void createJobs() {
    jobs = new JobsFolder(temporary);
  }

  private String of(String yaml) {
    return jobs.definition(yaml).load().checksum();
  }

  /** Recorded in ledgers: a change here makes every applied migration look changed. */
  @Test
  void staysWhatItIsFromReleaseToRelease() {
    assertThat(of(SET))
        .isEqualTo("359505ec1080db73dca46745bfd721f1bc9ebbc0f511b4a3dcc54837e723cf5a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chunk: {rows: 100, target-time: 10ms}",
        "workers: 7",
        "retry: {attempts: 1}",
        "owner: me",
        "verify: {sample: 5}",
        "checks: {after: [{row-count: unchanged}]}",
        "sync: none",
        "skip: 7",
        "on-failure: stop",
        "# a comment",
      })
  void staysWhenTuningChanges(String line) {
    assertThat(of(SET + line + "\n")).isEqualTo(of(SET));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "description: a|description: b",
        "table: users|table: Users",
        "a IS NULL|'a IS NULL'",
        "a IS NULL|\"\\n  a IS NULL  \"",
        "{a: b, c: d}|{A: b, c: 'd'}",
      })
  void staysWhenTheSameIsWrittenOtherwise(String from, String to) {
    assertThat(of(SET.replace(from, to))).isEqualTo(of(SET));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "table: users|table: app.users",
        "table: users|table: user",
        "[id, tenant]|[id]",
        "[id, tenant]|[tenant, id]",
        "a IS NULL|a IS NOT NULL",
        "{a: b, c: d}|{a: b, c: e}",
        "{a: b, c: d}|{a: b, x: d}",
        "{a: b, c: d}|{a: b}",
      })
  void changesWithWhatDecidesTheResult(String from, String to) {
    assertThat(of(SET.replace(from, to))).isNotEqualTo(of(SET));
  }

  @Test
  void changesWithUndoButNotWithItsReason() {
    String none = of(SET + "undo: none\nirreversible: x\n");
    assertThat(none).isNotEqualTo(of(SET));
    assertThat(of(SET + "undo: none\nirreversible: y\n")).isEqualTo(none);
  }

  @Test
  void changesWithTheScripts() {
    String without = of(SET);
    jobs.write("0001_test/expand.up.sql", "ALTER TABLE a;\n");
    String with = of(SET);
    jobs.write("0001_test/expand.up.sql", "ALTER TABLE b;\n");
    assertThat(of(SET)).isNotEqualTo(with);
    assertThat(with).isNotEqualTo(without);
  }

  @Test
  void staysWhenOnlyLineEndsChange() {
    jobs.write("0001_test/expand.up.sql", "ALTER TABLE a;\nALTER TABLE b;\n");
    String unix = of(SET);
    jobs.write("0001_test/expand.up.sql", "ALTER TABLE a;\r\nALTER TABLE b;\r\n");
    assertThat(of(SET)).isEqualTo(unix);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"class: A|class: B", "[x, y]|[x]", "[x, y]|[x, z]", "write: [z]|write: [z, y]"})
  void changesWithTheTransform(String from, String to) {
    assertThat(of(TRANSFORM.replace(from, to))).isNotEqualTo(of(TRANSFORM));
  }

  @Test
  void changesWithTheTransformsSourceAndThoseBesideIt() {
    String without = of(TRANSFORM);
    jobs.write("0001_test/Other.java", "class Other {}\n");
    assertThat(of(TRANSFORM)).isEqualTo(without);
    jobs.write("0001_test/A.java", "class A {}\n");
    String with = of(TRANSFORM);
    jobs.write("0001_test/Other.java", "class Other { int x; }\n");
    assertThat(of(TRANSFORM)).isNotEqualTo(with);
    jobs.write("0001_test/Other.java", "class Other {}\r\n");
    assertThat(of(TRANSFORM)).isEqualTo(with).isNotEqualTo(without);
  }
}

package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** YAML that is no plain data, or no YAML. */
final class YamlFileTest {

  @TempDir private Path temporary;
  private JobsFolder jobs;

  @BeforeEach
  void createJobs() {
    jobs = new JobsFolder(temporary);
  }

  @Test
  void refusesAnchorsAndAliases() {
    assertThat(jobs.problemsOf("description: &d Text\ntable: *d\nset: &s {a: b}\n"))
        .containsExactly(
            "1:14: anchor &d is not allowed; repeat the value.",
            "2:8: alias *d is not allowed; repeat the value.",
            "3:6: anchor &s is not allowed; repeat the value.");
  }

  @Test
  void refusesALoop() {
    assertThat(jobs.problemsOf("set: &a\n  x: *a\n"))
        .containsExactly(
            "1:6: anchor &a is not allowed; repeat the value.",
            "2:6: alias *a is not allowed; repeat the value.");
  }

  @Test
  @Timeout(10)
  void refusesABomb() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 30; i++) {
      String alias = "*a" + (i - 1);
      bomb.append(
          "a%d: &a%d [%s,%s,%s,%s,%s,%s]\n"
              .formatted(i, i, alias, alias, alias, alias, alias, alias));
    }
    assertThat(jobs.problemsOf(bomb.toString()))
        .hasSize(Problems.MAX + 1)
        .endsWith(" and 4 more problems.")
        .startsWith("1:5: anchor &a0 is not allowed; repeat the value.");
  }

  @Test
  @Timeout(10)
  void refusesDeepNesting() {
    assertThat(jobs.problemsOf("set: " + "[".repeat(500_000)))
        .containsExactly("1:25: is nested deeper than 20 levels.");
    assertThat(jobs.problemsOf("? ".repeat(400_000)))
        .containsExactly("1:41: is nested deeper than 20 levels.");
  }

  @Test
  @Timeout(10)
  void boundsTheProblemsOfOneMigration() {
    String keys =
        IntStream.range(0, 100_000)
            .mapToObj(i -> "k" + i + ":\n")
            .collect(Collectors.joining("", JobsFolder.GOOD, ""));
    assertThat(jobs.problemsOf(keys))
        .hasSize(Problems.MAX + 1)
        .endsWith(" and 99800 more problems.");
  }

  @Test
  @Timeout(10)
  void staysOnItsFeetWithEndlessScalars() {
    String endless = "workers: 1" + ":1".repeat(400_000) + "\n";
    assertThat(jobs.problemsOf(JobsFolder.GOOD + endless)).hasSize(1);
  }

  @Test
  void refusesTags() {
    assertThat(
            jobs.problemsOf(
                "description: !!javax.script.ScriptEngineManager [x]\ntable: !x users\nkey: !!str a\n"))
        .containsExactly(
            "1:14: tag tag:yaml.org,2002:javax.script.ScriptEngineManager is not allowed; write the"
                + " plain value.",
            "2:8: tag !x is not allowed; write the plain value.",
            "3:6: tag tag:yaml.org,2002:str is not allowed; write the plain value.");
  }

  @Test
  void refusesASecondDocument() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "---\ntable: b\n"))
        .containsExactly("5:1: a second document starts; one file holds one migration.");
  }

  @Test
  void acceptsDocumentMarkersAroundTheOnlyOne() {
    assertThat(jobs.definition("---\n" + JobsFolder.GOOD + "...\n").load().owner()).isNull();
  }

  @Test
  void refusesAMergeKey() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "verify: {<<: {sample: 1}}\n"))
        .containsExactly("5:10: unknown key 'verify.<<'. Allowed: sample, differences.");
  }

  @Test
  void refusesAKeyThatIsNoText() {
    assertThat(jobs.problemsOf(JobsFolder.GOOD + "? [a, b]\n: c\n"))
        .containsExactly("5:3: a key must be text, got a list.");
  }

  @Test
  void namesThePlaceOfASyntaxError() {
    assertThat(jobs.problemsOf("description: Split: the name\n"))
        .containsExactly("1:19: is not valid YAML: mapping values are not allowed here.");
    assertThat(jobs.problemsOf("set:\n\ta: b\n"))
        .containsExactly(
            "2:1: is not valid YAML: while scanning for the next token: found character '\\t(TAB)'"
                + " that cannot start any token. (Do not use \\t(TAB) for indentation).");
    assertThat(jobs.problemsOf("set: {a: b\n"))
        .containsExactly(
            "2:1: is not valid YAML: while parsing a flow mapping: expected ',' or '}', but got"
                + " <stream end>.");
  }

  @Test
  void namesThePlaceOfAControlCharacter() {
    assertThat(jobs.problemsOf("description: ä😀\ntable: a\u0007b\n"))
        .containsExactly("2:9: character U+0007 is not allowed in YAML.");
  }

  @Test
  void refusesAFileWithoutContent() {
    String empty = " is empty; description, table, where and set or" + " transform are wanted.";
    assertThat(jobs.problemsOf("")).containsExactly(empty);
    assertThat(jobs.problemsOf("# nothing\n\n")).containsExactly(empty);
  }

  @Test
  void refusesARootThatIsNoMapping() {
    assertThat(jobs.problemsOf("- a\n"))
        .containsExactly("1:1: the file must be a mapping of keys, got a list.");
    assertThat(jobs.problemsOf("just text\n"))
        .containsExactly("1:1: the file must be a mapping of keys, got 'just text'.");
  }

  @Test
  void refusesWhatIsNotUtf8() {
    jobs.write(
        "0001_test/migration.yaml",
        "table: a\nowner: Jürgen\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(jobs.problems())
        .containsExactly("jobs/0001_test/migration.yaml:2:9: is not UTF-8: byte 0xFC.");
    jobs.write("0001_test/migration.yaml", JobsFolder.GOOD.getBytes(StandardCharsets.UTF_16));
    assertThat(jobs.problems())
        .containsExactly("jobs/0001_test/migration.yaml:1:1: is not UTF-8: byte 0xFE.");
  }

  @Test
  void acceptsAByteOrderMark() {
    assertThat(jobs.definition("\uFEFF" + JobsFolder.GOOD).load().owner()).isNull();
  }

  @Test
  void acceptsWindowsLineEnds() {
    String windows = JobsFolder.GOOD.replace("\n", "\r\n");
    assertThat(jobs.definition(windows).load().guard()).isEqualTo("first_name IS NULL");
  }

  @Test
  void readsOneMebibyteAndNoMore() {
    String rest = "#".repeat(TextFile.BYTES_MAX - JobsFolder.GOOD.length());
    assertThat(jobs.definition(JobsFolder.GOOD + rest).load().owner()).isNull();
    jobs.definition(JobsFolder.GOOD + rest + "#");
    assertThat(jobs.problems())
        .containsExactly(
            "jobs/0001_test/migration.yaml: is larger than 1048576 bytes, the most that is read.");
  }
}

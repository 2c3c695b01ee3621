package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every definition that the documentation shows is one that the program accepts, and every event
 * that it lists one that the program logs.
 */
class DocsTest {

  private static final Pattern YAML_BLOCK =
      Pattern.compile("^```ya?ml\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern DEFINITION = Pattern.compile("^table:", Pattern.MULTILINE);

  /** A YAML block with a {@code table:} key at its outermost level. */
  private record Block(Path file, int line, String text) {
    @Override
    public String toString() {
      return file + ":" + line;
    }
  }

  static List<Block> definitions() throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (Path page : pages()) {
      String text = Files.readString(page);
      Matcher block = YAML_BLOCK.matcher(text);
      while (block.find()) {
        if (DEFINITION.matcher(block.group(1)).find()) {
          int line = 1 + (int) text.substring(0, block.start(1)).lines().count();
          blocks.add(new Block(page, line, block.group(1)));
        }
      }
    }
    return blocks;
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    if (Files.exists(Path.of("README.md"))) {
      pages.add(Path.of("README.md"));
    }
    if (Files.isDirectory(Path.of("docs"))) {
      try (Stream<Path> files = Files.walk(Path.of("docs"))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages;
  }

  /** A Java block that begins with the path of a file is a part of that file. */
  @Test
  void showsCodeThatIsCompiled() throws IOException {
    Pattern javaBlock =
        Pattern.compile("^```java\\R// (\\S+)\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    for (Path page : pages()) {
      Matcher block = javaBlock.matcher(Files.readString(page));
      while (block.find()) {
        assertThat(Files.readString(Path.of(block.group(1)))).contains(block.group(2));
      }
    }
  }

  /** Each event at INFO or WARN stands in the table of events, and nothing else does. */
  @Test
  void listsEveryEventOfTheLog() throws IOException {
    Pattern event = Pattern.compile("log\\.(?:info|warn)\\(\\s*\"([a-z-]+\\.[a-z-]+) ");
    TreeSet<String> logged = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        event.matcher(Files.readString(file)).results().forEach(hit -> logged.add(hit.group(1)));
      }
    }
    String page = Files.readString(Path.of("docs/troubleshooting.md"));
    String table = page.substring(page.indexOf("| event |"));
    table = table.substring(0, table.indexOf("\n\n"));
    TreeSet<String> listed = new TreeSet<>();
    Pattern name = Pattern.compile("`([a-z-]+\\.[a-z-]+)`");
    for (String row : table.lines().toList()) {
      name.matcher(row.split("\\|")[1]).results().forEach(hit -> listed.add(hit.group(1)));
    }

    assertThat(listed).contains("run.progress").isEqualTo(logged);
  }

  /** None, as long as there is no README. */
  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("definitions")
  void parses(Block block, @TempDir Path temporary) {
    JobsFolder folder = new JobsFolder(temporary).definition(block.text());

    assertThatNoException().as(block.toString()).isThrownBy(folder::load);
  }
}

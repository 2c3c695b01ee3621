package dev.sluice.cli;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Option;

/** Which database; and the program's part that needs one. */
final class DatabaseOptions {

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "jdbc:postgresql://host:port/database (or SPRING_DATASOURCE_URL)")
  @Nullable String url;

  @Option(
      names = "--user",
      paramLabel = "ROLE",
      description =
          "database role (or SPRING_DATASOURCE_USERNAME); its password comes from"
              + " SPRING_DATASOURCE_PASSWORD, PGPASSWORD or .pgpass")
  @Nullable String user;

  /**
   * Starts the data source and Spring Batch, and connects.
   *
   * @param springArguments {@code --name=value} as for any Spring Boot program
   */
  ConfigurableApplicationContext open(String... springArguments) {
    return new SpringApplicationBuilder(SluiceConfiguration.class)
        .web(WebApplicationType.NONE)
        .bannerMode(Banner.Mode.OFF)
        .logStartupInfo(false)
        // a signal is ours to answer: workers end their chunk before anything is closed
        .registerShutdownHook(false)
        .properties(defaults())
        .run(arguments(springArguments));
  }

  private static Map<String, Object> defaults() {
    Map<String, Object> defaults = new HashMap<>();
    defaults.put("spring.datasource.url", "jdbc:postgresql://localhost:5432/postgres");
    String password = System.getenv("PGPASSWORD");
    if (password != null) {
      defaults.put("spring.datasource.password", password);
    }
    return defaults;
  }

  private String[] arguments(String... springArguments) {
    Map<String, String> own = new HashMap<>();
    if (url != null) {
      own.put("spring.datasource.url", url);
    }
    if (user != null) {
      own.put("spring.datasource.username", user);
    }
    return Stream.concat(
            Arrays.stream(springArguments),
            own.entrySet().stream().map(e -> "--" + e.getKey() + "=" + e.getValue()))
        .toArray(String[]::new);
  }
}

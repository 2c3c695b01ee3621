package dev.sluice.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Option;

/** Which database; and the program's part that needs one. */
final class DatabaseOptions {

  private static final Logger log = LoggerFactory.getLogger(DatabaseOptions.class);

  private static final String URL_BEGIN = "jdbc:postgresql:";

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

  /** {@code --name=value}, as for any Spring Boot program. */
  @Option(names = "--spring-argument", hidden = true)
  List<String> springArguments = List.of();

  /** Starts the data source and Spring Batch, and connects. */
  ConfigurableApplicationContext open() {
    if (url != null && !url.startsWith(URL_BEGIN)) {
      throw new ErrorReport.UsageException(
          "--url must begin with %s, got '%s'".formatted(URL_BEGIN, url));
    }
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(SluiceConfiguration.class)
            .web(WebApplicationType.NONE)
            .bannerMode(Banner.Mode.OFF)
            .logStartupInfo(false)
            // a signal is ours to answer: workers end their chunk before anything is closed
            .registerShutdownHook(false)
            .properties(defaults())
            .run(arguments());
    log.debug("context.ready"); // from here on scripts/bench counts the time to the first chunk
    return context;
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

  private String[] arguments() {
    Map<String, String> own = new HashMap<>();
    if (url != null) {
      own.put("spring.datasource.url", url);
    }
    if (user != null) {
      own.put("spring.datasource.username", user);
    }
    return Stream.concat(
            springArguments.stream(),
            own.entrySet().stream().map(e -> "--" + e.getKey() + "=" + e.getValue()))
        .toArray(String[]::new);
  }
}

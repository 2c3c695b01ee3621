package dev.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Spring Boot's own way to launch a job: {@code --spring.batch.job.name=ID chunkRows=500}.
 *
 * <p>It becomes the command {@code run ID --chunk-rows 500}, so that lock, recovery and exit codes
 * are the same. A parameter may be written as {@code name=value,type,identifying}; all are
 * non-identifying.
 */
final class BootArguments {

  private static final String JOB_NAME = "spring.batch.job.name";

  private static final Map<String, String> OPTIONS =
      Map.of("chunkRows", "--chunk-rows", "workers", "--workers");

  private BootArguments() {}

  static String[] toCommand(String[] args) {
    String job = jobName(args);
    if (job == null) {
      return args;
    }
    List<String> command = new ArrayList<>(List.of("run", job));
    for (String arg : args) {
      if (arg.startsWith("--" + JOB_NAME + "=")) {
        continue;
      }
      if (arg.startsWith("--") && arg.split("=", 2)[0].contains(".")) {
        command.add("--spring-argument=" + arg);
      } else if (!arg.startsWith("-") && arg.contains("=")) {
        String name = arg.substring(0, arg.indexOf('='));
        String value = arg.substring(arg.indexOf('=') + 1).split(",", 2)[0];
        command.add(OPTIONS.getOrDefault(name, "--" + name) + "=" + value);
      } else {
        command.add(arg);
      }
    }
    return command.toArray(new String[0]);
  }

  private static @Nullable String jobName(String[] args) {
    for (String arg : args) {
      if (arg.startsWith("--" + JOB_NAME + "=")) {
        return arg.substring(JOB_NAME.length() + 3);
      }
    }
    boolean command = args.length > 0 && !args[0].startsWith("--") && !args[0].contains("=");
    if (command || isHelp(args)) {
      return null;
    }
    String property = System.getProperty(JOB_NAME);
    return property != null ? property : System.getenv("SPRING_BATCH_JOB_NAME");
  }

  private static boolean isHelp(String[] args) {
    List<String> all = List.of(args);
    return all.contains("--help") || all.contains("-h") || all.contains("--version");
  }
}

package dev.sluice.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What to measure, as given on the command line. */
final class BenchOptions {

  private static final int ROWS_MIN = 1_000;
  private static final int ROWS_MAX = 1_000_000_000;
  private static final int ROUNDS_MAX = 100;
  private static final int RATE_MAX = 10_000;
  private static final Pattern HEAP = Pattern.compile("[1-9]\\d*[kKmMgG]");

  /** Where the script was called; the program itself runs in the repository's directory. */
  private static final Path DIRECTORY = Path.of(System.getProperty("bench.directory", ""));

  @Spec(Target.MIXEE)
  CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--parts",
      paramLabel = "PART",
      split = ",",
      description = "only these: throughput,restart,latency,growth")
  List<String> parts = List.of();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "4000000",
      description =
          "rows of the table for throughput and restart, half as many for latency"
              + " (${DEFAULT-VALUE})")
  int rows;

  @Option(
      names = "--rounds",
      paramLabel = "R",
      defaultValue = "3",
      description = "how often each contender runs; the tables show medians (${DEFAULT-VALUE})")
  int rounds;

  @Option(
      names = "--contenders",
      paramLabel = "NAME",
      split = ",",
      description =
          "of the throughput, only these: update,loop-1000,loop-10000,batch; set-W, java-W with"
              + " W workers, then -cN for N rows a chunk, then -journal: set-2,java-4-c500-journal;"
              + " all = every combination. Default: about twenty, one thing at a time different"
              + " from set-2 and java-2")
  List<String> contenders = List.of();

  @Option(
      names = "--latency-contenders",
      paramLabel = "NAME",
      split = ",",
      description =
          "beside these the application is measured. Default: the other ways, set-2, java-2,"
              + " set-2-journal, set-2-c100-throttled")
  List<String> latencyContenders = List.of();

  @Option(
      names = "--rate",
      paramLabel = "T",
      defaultValue = "200",
      description = "the application's transactions a second (${DEFAULT-VALUE})")
  int rate;

  @Option(
      names = "--growth-contenders",
      paramLabel = "NAME",
      split = ",",
      description = "which run on tables of several sizes. Default: set-2")
  List<String> growthContenders = List.of();

  @Option(
      names = "--growth",
      paramLabel = "N",
      split = ",",
      defaultValue = "1000000,5000000,20000000",
      description = "the sizes, in rows (${DEFAULT-VALUE})")
  List<Integer> growth = List.of();

  @Option(
      names = "--xmx",
      paramLabel = "SIZE",
      description =
          "heap of Sluice's processes, as -Xmx takes it: 256m. Default: Java's own; for growth "
              + Plan.GROWTH_HEAP_MAX)
  @Nullable String heapMax;

  @Option(names = "--json", paramLabel = "FILE", description = "write every figure there, as JSON")
  @Nullable Path json;

  /**
   * Checks everything that a long benchmark must not end with.
   *
   * @throws ParameterException with what is allowed
   */
  Plan plan() {
    requireWithin("--rows", rows, ROWS_MIN, ROWS_MAX);
    requireWithin("--rounds", rounds, 1, ROUNDS_MAX);
    requireWithin("--rate", rate, 1, RATE_MAX);
    growth.forEach(size -> requireWithin("--growth", size, ROWS_MIN, ROWS_MAX));
    if (heapMax != null && !HEAP.matcher(heapMax).matches()) {
      throw usage("--xmx must be a number with k, m or g, as in 256m, got '%s'".formatted(heapMax));
    }
    jsonFile();
    return new Plan(
        parts(),
        rows,
        rounds,
        names(contenders, Contenders::forThroughput),
        names(latencyContenders, Contenders::forLatency),
        rate,
        names(growthContenders, Contenders::forGrowth),
        growth,
        heapMax);
  }

  /** Null: none is wanted. */
  @Nullable Path jsonFile() {
    if (json == null) {
      return null;
    }
    Path file = DIRECTORY.resolve(json).toAbsolutePath();
    Path directory = Objects.requireNonNull(file.getParent(), "a file's directory");
    if (!Files.isWritable(directory) || Files.isDirectory(file)) {
      throw usage("--json must be a file that can be written, got '%s'".formatted(file));
    }
    return file;
  }

  private void requireWithin(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw usage("%s must be %d to %d, got %d".formatted(option, min, max, value));
    }
  }

  private Set<Part> parts() {
    return parts.isEmpty()
        ? EnumSet.allOf(Part.class)
        : parts.stream()
            .map(this::part)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Part.class)));
  }

  private Part part(String label) {
    return Arrays.stream(Part.values())
        .filter(part -> part.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                usage(
                    "no part '%s'. There are %s."
                        .formatted(
                            label,
                            Arrays.stream(Part.values())
                                .map(Part::label)
                                .collect(Collectors.joining(", ")))));
  }

  private List<String> names(List<String> given, Supplier<List<String>> usual) {
    try {
      return given.isEmpty() ? usual.get() : Contenders.checked(given);
    } catch (IllegalArgumentException e) {
      throw usage(Objects.requireNonNullElse(e.getMessage(), ""));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}

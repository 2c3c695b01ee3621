package dev.sluice.bench;

import dev.sluice.bench.Variant.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The contenders by name, and which of them each part runs unless it is told. */
final class Contenders {

  /** Stands for all that there are. */
  static final String ALL = "all";

  private static final int LOOP_ROWS = 1_000;
  private static final int LOOP_ROWS_MANY = 10_000;

  private static final List<String> OTHERS =
      List.of(
          WholeTableUpdate.NAME,
          PlpgsqlLoop.nameOf(LOOP_ROWS),
          PlpgsqlLoop.nameOf(LOOP_ROWS_MANY),
          StockBatchJob.NAME);

  private final Installation installation;

  Contenders(Installation installation) {
    this.installation = installation;
  }

  /** The others, and ours: one thing at a time different from two workers without a journal. */
  static List<String> forThroughput() {
    List<Variant> ours = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      List.of(1, 2, 4).forEach(workers -> ours.add(Variant.of(kind, workers)));
      List.of(1, 2, 4).forEach(workers -> ours.add(Variant.of(kind, workers).withJournal()));
      List.of(500, 100).forEach(rows -> ours.add(Variant.of(kind, 2).withChunkRows(rows)));
    }
    return withOthers(ours);
  }

  static List<String> forLatency() {
    Variant base = Variant.of(Kind.SET, 2);
    Variant throttled = new Variant(Kind.SET, 2, Variant.CHUNK_ROWS_MIN, false, true);
    return withOthers(List.of(base, Variant.of(Kind.JAVA, 2), base.withJournal(), throttled));
  }

  static List<String> forGrowth() {
    return List.of(Variant.of(Kind.SET, 2).name());
  }

  private static List<String> withOthers(List<Variant> ours) {
    return Stream.concat(OTHERS.stream(), ours.stream().map(Variant::name)).toList();
  }

  /**
   * Checks names that a person gave.
   *
   * @return each once, written as the tables do
   * @throws IllegalArgumentException if there is no such contender: says which there are
   */
  static List<String> checked(List<String> names) {
    if (names.contains(ALL)) {
      return withOthers(Variant.cross());
    }
    return names.stream().map(Contenders::checked).distinct().toList();
  }

  private static String checked(String name) {
    if (OTHERS.contains(name)) {
      return name;
    }
    return Variant.named(name)
        .map(Variant::name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    ("no contender '%s'. There are %s; set-W and java-W with W = 1 to 32 workers,"
                            + " then -cN for N = 100 to 1000 rows a chunk, then -journal, as in"
                            + " java-4-c500-journal; set-W-throttled; and %s for every combination.")
                        .formatted(name, String.join(", ", OTHERS), ALL)));
  }

  /** Those of checked names, in that order. */
  List<Contender> of(List<String> names) {
    return names.stream().map(this::of).toList();
  }

  private Contender of(String name) {
    return Stream.of(
            new WholeTableUpdate(),
            new PlpgsqlLoop(LOOP_ROWS),
            new PlpgsqlLoop(LOOP_ROWS_MANY),
            new StockBatchJob())
        .filter(other -> other.name().equals(name))
        .findFirst()
        .orElseGet(() -> new SluiceContender(Variant.named(name).orElseThrow(), installation));
  }
}

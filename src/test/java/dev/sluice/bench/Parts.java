package dev.sluice.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Runs the parts of a plan one after another. One that fails does not take the others with it. */
final class Parts {

  private static final String RESTARTED = "set-2";

  private static final String NO_PGBENCH =
      "pgbench is neither on the PATH nor in the directory that pg_config --bindir names. Install"
          + " PostgreSQL's own client programs, or leave this part out with --parts.";

  private final BenchServer server;
  private final Plan plan;
  private final Optional<Path> pgbench;
  private final Consumer<String> progress;
  private final List<Part.Result> results = new ArrayList<>();
  private final Map<String, String> missing = new LinkedHashMap<>();
  private final Set<Part> failed = EnumSet.noneOf(Part.class);

  /**
   * @param pgbench where it is installed; empty: the latency cannot be measured
   */
  Parts(BenchServer server, Plan plan, Optional<Path> pgbench, Consumer<String> progress) {
    this.server = server;
    this.plan = plan;
    this.pgbench = pgbench;
    this.progress = progress;
  }

  /**
   * @param machine as it was before
   * @throws InterruptedException if this virtual machine ends
   */
  Report run(Machine machine) throws InterruptedException {
    for (Part part : plan.parts()) {
      try {
        run(part);
      } catch (Exception e) {
        server.requireOpen();
        failed.add(part);
        miss(part, String.valueOf(e.getMessage()));
      }
    }
    return new Report(machine, plan.heapMax(), results, missing, failed);
  }

  /** Whether a part ended with an error. */
  boolean failed() {
    return !failed.isEmpty();
  }

  private void run(Part part) throws Exception {
    Installation usual = Installation.ofRepository(plan.heapMax());
    switch (part) {
      case THROUGHPUT ->
          results.add(
              new ThroughputPart(server, plan.rounds(), progress)
                  .run(plan.rows(), new Contenders(usual).of(plan.contenders())));
      case RESTART ->
          results.add(
              new RestartPart(server, usual, plan.rounds(), progress)
                  .run(plan.rows(), Variant.named(RESTARTED).orElseThrow()));
      case LATENCY -> latency(new Contenders(usual).of(plan.latencyContenders()));
      case GROWTH -> {
        Installation bounded = Installation.ofRepository(plan.growthHeapMax());
        results.add(
            new GrowthPart(server, plan.rounds(), progress)
                .run(
                    plan.growth(),
                    plan.growthHeapMax(),
                    new Contenders(bounded).of(plan.growthContenders())));
      }
    }
  }

  private void latency(List<Contender> contenders) throws Exception {
    if (pgbench.isEmpty()) {
      miss(Part.LATENCY, NO_PGBENCH);
      return;
    }
    LatencyPart.Load load = LatencyPart.Load.of(pgbench.get(), plan.rate());
    results.add(
        new LatencyPart(server, load, plan.rounds(), progress).run(plan.latencyRows(), contenders));
  }

  private void miss(Part part, String why) {
    missing.put(part.label(), why);
    progress.accept("%s: none. %s".formatted(part.label(), why));
  }
}

package dev.sluice.bench;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;

/** Sluice, from the start of its process to the end. */
final class SluiceContender implements Contender {

  /** A minute at its rate. */
  static final int THROTTLED_ROWS_MAX = 300_000;

  private final Variant variant;
  private final Installation installation;

  SluiceContender(Variant variant, Installation installation) {
    this.variant = variant;
    this.installation = installation;
  }

  @Override
  public String name() {
    return variant.name();
  }

  @Override
  public int rowsToDo(int rows) {
    return variant.throttled() ? Math.min(rows, THROTTLED_ROWS_MAX) : rows;
  }

  @Override
  public Outcome run(BenchDatabase database) throws Exception {
    LocalDateTime launched = LocalDateTime.now(ZoneId.systemDefault());
    try (SluiceProcess process = SluiceProcess.start(installation, variant, database)) {
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException("exit code %d%n%s".formatted(code, process.output()));
      }
      return outcome(database, launched, process.memory());
    }
  }

  /** From what Spring Batch wrote of the steps, in this machine's local time. */
  private static Outcome outcome(BenchDatabase database, LocalDateTime launched, Memory memory) {
    Outcome outcome =
        database
            .jdbc()
            .queryForObject(
                """
                SELECT min(start_time) FILTER (WHERE step_name LIKE 'chunks:%'),
                       max(end_time) FILTER (WHERE step_name = 'sweep'),
                       max(start_time) FILTER (WHERE step_name = 'verify'),
                       max(end_time) FILTER (WHERE step_name = 'verify')
                FROM sluice.batch_step_execution
                """,
                (rs, row) -> {
                  LocalDateTime firstChunk = rs.getObject(1, LocalDateTime.class);
                  return new Outcome(
                      Duration.between(launched, firstChunk),
                      Duration.between(firstChunk, rs.getObject(2, LocalDateTime.class)),
                      Duration.between(
                          rs.getObject(3, LocalDateTime.class),
                          rs.getObject(4, LocalDateTime.class)),
                      memory);
                });
    if (outcome == null) {
      throw new IllegalStateException("sluice.batch_step_execution is empty");
    }
    return outcome;
  }
}

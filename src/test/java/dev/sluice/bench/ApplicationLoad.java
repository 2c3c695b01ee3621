package dev.sluice.bench;

import dev.sluice.testing.Pgbench;
import dev.sluice.testing.Pgbench.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.util.FileSystemUtils;

/**
 * An application at a fixed rate: pgbench's clients, which read a user by id and change the bio or
 * the email, or add a user, each in a transaction. It writes both shapes, as an application does
 * while columns are being filled.
 */
final class ApplicationLoad implements AutoCloseable {

  private static final int CLIENTS = 8;
  private static final int LOOK_MILLIS = 100;

  /** Longer than a contender may take and what comes before and after it. */
  private static final Duration LENGTH_MAX = Contender.TIME_MAX.plusHours(1);

  /** The application may have that much to catch up with after a contender that blocked it. */
  private static final Duration BEHIND_MAX = Duration.ofMinutes(10);

  private static final String NEW_IDS = "bench_new_ids";

  private final Pgbench pgbench;
  private final Path directory;

  private ApplicationLoad(Pgbench pgbench, Path directory) {
    this.pgbench = pgbench;
    this.directory = directory;
  }

  /**
   * @param rows of the table
   * @param perSecond transactions of all its clients together
   */
  static ApplicationLoad start(Path binary, BenchDatabase database, int rows, int perSecond)
      throws Exception {
    database.execute("CREATE SEQUENCE %s START %d".formatted(NEW_IDS, rows + 1L));
    Path directory = Files.createTempDirectory("sluice-bench");
    List<String> options =
        List.of(
            "--client=" + CLIENTS,
            "--jobs=1", // one process, one log
            "--protocol=prepared",
            "--rate=" + perSecond,
            "--time=" + LENGTH_MAX.toSeconds(),
            "--log",
            "--log-prefix=" + directory.resolve("transactions"));
    Pgbench pgbench =
        Pgbench.start(binary, database.pgbenchTarget(), directory, options, scripts(rows));
    return new ApplicationLoad(pgbench, directory);
  }

  /** Of ten transactions six change the bio, three the email, which has an index, one adds. */
  private static List<Script> scripts(int rows) {
    return List.of(
        new Script(changing(rows, "bio = repeat('y', :n)"), 6),
        new Script(changing(rows, "email = 'ada' || :id || '.' || :n || '@example.org'"), 3),
        new Script(
            """
            \\set n random(0, 119)
            INSERT INTO users (id, full_name, email, created_at, bio, first_name, last_name)
            SELECT i, 'New' || i || ' User' || i, 'new' || i || '@example.org', now(),
                   repeat('z', :n), 'New' || i, 'User' || i
            FROM nextval('%s') AS i;
            """
                .formatted(NEW_IDS),
            1));
  }

  private static String changing(int rows, String assignment) {
    return """
        \\set id random(1, %d)
        \\set n random(0, 119)
        BEGIN;
        SELECT full_name, email, bio, first_name, last_name FROM users WHERE id = :id;
        UPDATE users SET %s WHERE id = :id;
        COMMIT;
        """
        .formatted(rows, assignment);
  }

  /** Lets it run for a while. */
  void run(Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      requireAlive();
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /**
   * What was scheduled between two moments, once the last of it is over.
   *
   * @param fromMicros since 1970
   */
  TransactionLog transactions(long fromMicros, long toMicros) throws Exception {
    long end = System.nanoTime() + BEHIND_MAX.toNanos();
    while (true) {
      TransactionLog log = TransactionLog.of(Files.readString(log()), pgbench.output());
      if (log.isCompleteUntil(toMicros, CLIENTS)) {
        return log.between(fromMicros, toMicros);
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "the application has not caught up after %d minutes. Lower --rate."
                .formatted(BEHIND_MAX.toMinutes()));
      }
      requireAlive();
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private Path log() {
    return directory.resolve("transactions." + pgbench.pid());
  }

  private void requireAlive() throws IOException {
    if (!pgbench.isAlive()) {
      throw new IllegalStateException("pgbench ended: " + pgbench.output());
    }
  }

  @Override
  public void close() throws IOException {
    pgbench.close();
    FileSystemUtils.deleteRecursively(directory);
  }
}

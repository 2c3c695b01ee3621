package dev.sluice.bench;

import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The program that is measured.
 *
 * @param script that starts it
 * @param jobs the directory with the benchmark's migrations
 * @param heapMax as {@code -Xmx} takes it; null: the virtual machine's default
 */
record Installation(Path script, Path jobs, @Nullable String heapMax) {

  Installation {
    if (!Files.isExecutable(script)) {
      throw new IllegalStateException(
          script + ": no such program. Start the benchmark in the repository's directory.");
    }
  }

  /** The repository's, which is the working directory. */
  static Installation ofRepository(@Nullable String heapMax) throws Exception {
    Path script = Path.of("scripts/sluice").toAbsolutePath();
    URL jobs = Objects.requireNonNull(Installation.class.getResource("/bench"), "/bench");
    return new Installation(script, Path.of(URI.create(jobs.toString())), heapMax);
  }
}

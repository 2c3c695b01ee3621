package dev.sluice.migration;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A migration as its folder declares it, valid in itself; whether it fits the database is for
 * preflight.
 *
 * @param folder where it was read
 * @param checksum hexadecimal SHA-256 over what decides the result: scripts, transform, table, key,
 *     guard, expressions; not over tuning
 * @param key empty: the primary key
 * @param guard rows that still need work, an SQL condition over the table's columns; null: every
 *     row once, and the undo journal tells which rows are done
 * @param tuning what may change between runs of one migration
 * @param owner null: not given
 */
public record Migration(
    MigrationId id,
    String description,
    Path folder,
    String checksum,
    TableName table,
    List<Identifier> key,
    @Nullable String guard,
    Change change,
    Undo undo,
    Tuning tuning,
    Checks checks,
    VerifyPolicy verify,
    OnFailure onFailure,
    Map<Script.Kind, Script> scripts,
    @Nullable String owner) {

  /**
   * What may change between runs, and what a launch may override.
   *
   * @param workers parallel workers, 1 to {@value #WORKERS_MAX}; each is a thread and a connection
   */
  public record Tuning(ChunkPolicy chunk, int workers, RetryPolicy retry) {

    public static final int WORKERS_MAX = 32;
    public static final Tuning DEFAULT = new Tuning(ChunkPolicy.DEFAULT, 2, RetryPolicy.DEFAULT);

    public Tuning {
      if (workers < 1 || workers > WORKERS_MAX) {
        throw new IllegalArgumentException(
            "workers must be 1 to %d, got %d".formatted(WORKERS_MAX, workers));
      }
    }

    public Tuning withChunkRows(int rows) {
      return new Tuning(chunk.withRows(rows), workers, retry);
    }

    public Tuning withWorkers(int newWorkers) {
      return new Tuning(chunk, newWorkers, retry);
    }
  }

  public Migration {
    key = List.copyOf(key);
    scripts = scripts.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(scripts));
  }

  /** The guard, or TRUE if there is none: which rows a run begins with. */
  public String guardOrTrue() {
    return guard == null ? "TRUE" : guard;
  }

  public Optional<Script> script(Script.Kind kind) {
    return Optional.ofNullable(scripts.get(kind));
  }

  public Migration withTuning(Tuning newTuning) {
    return new Migration(
        id,
        description,
        folder,
        checksum,
        table,
        key,
        guard,
        change,
        undo,
        newTuning,
        checks,
        verify,
        onFailure,
        scripts,
        owner);
  }
}

package dev.sluice.library;

import dev.sluice.definition.CodeDefinition;
import dev.sluice.job.LoadedMigration;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds a migration that changes rows. Each method is the key of {@code migration.yaml} of the
 * same name, with the same meaning, bounds and default; docs/definition.md says them. Names are
 * written as in SQL. Not safe for concurrent use.
 */
public final class RowMigrationBuilder {

  private final MigrationId id;
  private final Map<String, Object> keys = new LinkedHashMap<>();
  private final Map<String, Object> set = new LinkedHashMap<>();
  private final Map<String, Object> undoSql = new LinkedHashMap<>();
  private final Map<String, Object> sync = new LinkedHashMap<>();
  private final Map<String, Object> syncReverse = new LinkedHashMap<>();
  private final Map<String, Object> chunk = new LinkedHashMap<>();
  private final List<Object> before = new ArrayList<>();
  private final List<Object> after = new ArrayList<>();
  private final List<Script> scripts = new ArrayList<>();
  private @Nullable RowTransformer transformer;
  private @Nullable String version;

  RowMigrationBuilder(MigrationId id, String description) {
    this.id = id;
    keys.put("description", description);
  }

  /** The table whose rows change, schema-qualified if you like. Required. */
  public RowMigrationBuilder table(String table) {
    return key("table", table);
  }

  /** The columns that the table is walked by, unique and NOT NULL. Else the primary key. */
  public RowMigrationBuilder key(String... columns) {
    return key("key", list(columns));
  }

  /** The guard: which rows still need work. A changed row no longer does. */
  public RowMigrationBuilder where(String condition) {
    return key("where", condition);
  }

  /** Sets a column to an SQL expression over the row; once for each column. */
  public RowMigrationBuilder set(String column, String expression) {
    set.put(column, expression);
    return key("set", set);
  }

  /**
   * Computes columns by Java code, which runs for many rows at once and must depend on nothing but
   * the row.
   *
   * @param read the columns that it may read
   * @param write the columns that it must set
   * @param version goes into the checksum instead of the code, which no program can compare: change
   *     it whenever the code computes something else
   */
  public RowMigrationBuilder transform(
      List<String> read, List<String> write, String version, RowTransformer transformer) {
    this.transformer = transformer;
    this.version = version;
    Map<String, Object> transform = new LinkedHashMap<>();
    transform.put("class", "InCode");
    transform.put("read", new ArrayList<>(read));
    transform.put("write", new ArrayList<>(write));
    return key("transform", transform);
  }

  /** A trigger computes the {@link #set} columns of rows that the application writes meanwhile. */
  public RowMigrationBuilder syncByTrigger() {
    sync.put("mode", "trigger");
    return key("sync", sync);
  }

  /**
   * {@link #syncByTrigger}, and an old column is computed where the application writes the new ones
   * alone; once for each old column.
   */
  public RowMigrationBuilder syncBack(String oldColumn, String expression) {
    syncReverse.put(oldColumn, expression);
    sync.put("reverse", syncReverse);
    return syncByTrigger();
  }

  /**
   * {@link #syncByTrigger} for expressions that read a column which they write: applied to its own
   * result, each gives the same value again.
   */
  public RowMigrationBuilder syncIdempotent() {
    sync.put("idempotent", true);
    return syncByTrigger();
  }

  /** SQL that adds columns before the rows change, and the SQL that takes them back. */
  public RowMigrationBuilder expand(String up, String down) {
    return script(Script.Kind.EXPAND_UP, up).script(Script.Kind.EXPAND_DOWN, down);
  }

  /** SQL that constrains the changed rows afterwards, and the SQL that takes that back. */
  public RowMigrationBuilder constrain(String up, String down) {
    return script(Script.Kind.CONSTRAIN_UP, up).script(Script.Kind.CONSTRAIN_DOWN, down);
  }

  private RowMigrationBuilder script(Script.Kind kind, String text) {
    scripts.removeIf(script -> script.kind() == kind);
    scripts.add(new Script(kind, CodeDefinition.place(id).resolve(kind.fileName()), text));
    return this;
  }

  /** Old values are kept row by row, and put back. */
  public RowMigrationBuilder undoByJournal() {
    return key("undo", "journal");
  }

  /** Dropping the columns that {@link #expand} added loses nothing. */
  public RowMigrationBuilder undoBySchema() {
    return key("undo", "schema");
  }

  /** The old value of a written column is computed; once for each of them. */
  public RowMigrationBuilder undo(String column, String expression) {
    undoSql.put(column, expression);
    return key("undo", Map.of("sql", undoSql));
  }

  /**
   * It cannot be taken back.
   *
   * @param reason shown before every run
   */
  public RowMigrationBuilder irreversible(String reason) {
    return key("undo", "none").key("irreversible", reason);
  }

  /**
   * Notes the keys of rows that the application changes until cleanup. A run computes them again,
   * and so does each further one.
   */
  public RowMigrationBuilder syncByCapture() {
    return key("sync", "capture");
  }

  /** Refuses the run unless the query returns true. */
  public RowMigrationBuilder checkBefore(String name, String query) {
    before.add(Map.of("name", name, "sql", query));
    return this;
  }

  /** Validates: the run ends as failed verification unless the query returns true. */
  public RowMigrationBuilder checkAfter(String name, String query) {
    after.add(Map.of("name", name, "sql", query));
    return this;
  }

  /** Validates: no row has a NULL in any of these columns. */
  public RowMigrationBuilder notNull(String... columns) {
    after.add(Map.of("not-null", list(columns)));
    return this;
  }

  /** Validates: the table has as many rows as before. */
  public RowMigrationBuilder rowCountUnchanged() {
    after.add(Map.of("row-count", "unchanged"));
    return this;
  }

  /** Most rows a transaction, 100 to 1000. Tuning: may change between runs. */
  public RowMigrationBuilder chunkRows(int rows) {
    chunk.put("rows", rows);
    return key("chunk", chunk);
  }

  /** The size of chunks adapts so that one takes about this long, 10 ms to 800 ms. Tuning. */
  public RowMigrationBuilder chunkTargetTime(Duration time) {
    chunk.put("target-time", time.toMillis() + "ms");
    return key("chunk", chunk);
  }

  /** Parallel workers, 1 to 32; each is a thread and a connection. Tuning. */
  public RowMigrationBuilder workers(int workers) {
    return key("workers", workers);
  }

  /** What holds the run back: {@code throttle(t -> t.rowsPerSecond(5000))}. Tuning. */
  public RowMigrationBuilder throttle(Consumer<ThrottleBuilder> throttle) {
    ThrottleBuilder builder = new ThrottleBuilder();
    throttle.accept(builder);
    return key("throttle", builder.keys());
  }

  /** Bad rows that are set aside before a run fails, 0 to 100000. Tuning. */
  public RowMigrationBuilder skip(int rows) {
    return key("skip", rows);
  }

  /**
   * How what passes by itself is tried again. Tuning.
   *
   * @param attempts 1 to 100, the first included
   * @param backoff before the second attempt, 10 ms to 5 min; doubled for each later one
   */
  public RowMigrationBuilder retry(int attempts, Duration backoff) {
    return key("retry", Map.of("attempts", attempts, "backoff", backoff.toMillis() + "ms"));
  }

  /** A run that has failed for good is taken back at once. */
  public RowMigrationBuilder rollbackOnFailure() {
    return key("on-failure", "rollback");
  }

  /** What must be applied before it: ids of files or of code. */
  public RowMigrationBuilder dependsOn(String... ids) {
    return key("depends-on", list(ids));
  }

  private RowMigrationBuilder key(String name, Object value) {
    keys.put(name, value);
    return this;
  }

  private static List<String> list(String... names) {
    return new ArrayList<>(List.of(names));
  }

  /**
   * The migration, valid in itself; whether it fits the database is for preflight.
   *
   * @throws dev.sluice.definition.DefinitionException with all its problems
   */
  public LoadedMigration build() {
    Map<String, Object> all = new LinkedHashMap<>(keys);
    Map<String, Object> checks = new LinkedHashMap<>();
    if (!before.isEmpty()) {
      checks.put("before", before);
    }
    if (!after.isEmpty()) {
      checks.put("after", after);
    }
    if (!checks.isEmpty()) {
      all.put("checks", checks);
    }
    DataMigration migration = CodeDefinition.ofRows(id, all, scripts, version);
    return new LoadedMigration(migration, transformer);
  }
}

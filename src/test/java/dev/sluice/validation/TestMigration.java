package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Check;
import dev.sluice.migration.Checks;
import dev.sluice.migration.CleanupPolicy;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.Script;
import dev.sluice.migration.Sync;
import dev.sluice.migration.TableName;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.Tuning;
import dev.sluice.migration.Undo;
import dev.sluice.migration.VerifyPolicy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds a migration; what a test does not say has a harmless value. */
final class TestMigration {
  private static final Path FOLDER = Path.of("jobs", "0007_test");

  private final String table;
  private final Map<Identifier, String> set = new LinkedHashMap<>();
  private List<Identifier> key = List.of();
  private String where = "TRUE";
  private Change.@Nullable Transform transform;
  private Undo undo = new Undo.None("a test");
  private Sync sync = new Sync.None();
  private Checks checks = Checks.NONE;
  private VerifyPolicy verify = VerifyPolicy.DEFAULT;
  private final Map<Script.Kind, Script> scripts = new EnumMap<>(Script.Kind.class);
  private Tuning tuning = Tuning.DEFAULT;

  private TestMigration(String table) {
    this.table = table;
  }

  static TestMigration of(String table) {
    return new TestMigration(table);
  }

  TestMigration set(String column, String expression) {
    set.put(Identifier.parse(column), expression);
    return this;
  }

  TestMigration transform(List<String> read, List<String> write) {
    transform =
        new Change.Transform(
            "Test",
            identifiers(read.toArray(String[]::new)),
            identifiers(write.toArray(String[]::new)));
    return this;
  }

  TestMigration where(String guard) {
    where = guard;
    return this;
  }

  TestMigration key(String... columns) {
    key = identifiers(columns);
    return this;
  }

  TestMigration undo(Undo newUndo) {
    undo = newUndo;
    return this;
  }

  TestMigration sync(Sync newSync) {
    sync = newSync;
    return this;
  }

  TestMigration before(String name, String sql) {
    checks = new Checks(List.of(new Check.Sql(name, sql)), checks.after(), checks.distribution());
    return this;
  }

  TestMigration after(Check... after) {
    checks = new Checks(checks.before(), List.of(after), checks.distribution());
    return this;
  }

  TestMigration distribution(String... columns) {
    checks = new Checks(checks.before(), checks.after(), identifiers(columns));
    return this;
  }

  TestMigration verify(VerifyPolicy policy) {
    verify = policy;
    return this;
  }

  TestMigration expands() {
    return script(Script.Kind.EXPAND_UP, "");
  }

  TestMigration script(Script.Kind kind, String text) {
    scripts.put(kind, new Script(kind, FOLDER.resolve(kind.fileName()), text));
    return this;
  }

  TestMigration workers(int workers) {
    tuning = tuning.withWorkers(workers);
    return this;
  }

  TestMigration throttle(ThrottlePolicy throttle) {
    tuning = tuning.withThrottle(throttle);
    return this;
  }

  DataMigration build() {
    return new DataMigration(
        new MigrationId("0007_test"),
        "a test",
        FOLDER,
        "00",
        List.of(),
        TableName.parse(table),
        key,
        where,
        transform == null ? new Change.SetExpressions(set) : transform,
        undo,
        sync,
        tuning,
        checks,
        verify,
        OnFailure.STOP,
        CleanupPolicy.DEFAULT,
        scripts,
        null);
  }

  static List<Identifier> identifiers(String... names) {
    return Arrays.stream(names).map(Identifier::parse).toList();
  }
}

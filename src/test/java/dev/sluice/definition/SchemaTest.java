package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.ChunkPolicy;
import dev.sluice.migration.RetryPolicy;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.Tuning;
import dev.sluice.migration.VerifyPolicy.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** {@code jobs/schema.json} says the same as {@link DefinitionKeys}. JSON is read as YAML. */
final class SchemaTest {

  private final Map<?, ?> schema;

  SchemaTest() throws IOException {
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    schema = yaml.<Map<?, ?>>load(Files.readString(Path.of("jobs/schema.json")));
  }

  @Test
  void hasTheKeysThatAreReadAndNoOther() {
    assertThat(keysOf(schema, "")).containsExactlyElementsOf(keysOf(DefinitionKeys.ROOT, ""));
  }

  @Test
  void describesEveryKeyAndSaysWhatIsNotBuilt() {
    Map<?, ?> properties = map(schema, "properties");
    for (Key key : DefinitionKeys.ROOT.below()) {
      assertThat(
              String.valueOf(map(properties, key.name()).get("description"))
                  .toLowerCase(Locale.ROOT))
          .as(key.name())
          .matches(text -> text.contains("not built yet") == (key.notBuilt() != null));
    }
  }

  @Test
  void hasTheBoundsAndDefaultsOfTheProgram() {
    Map<?, ?> rows = map(schema, "properties", "chunk", "properties", "rows");
    assertThat(rows.get("minimum")).isEqualTo(ChunkPolicy.ROWS_MIN);
    assertThat(rows.get("maximum")).isEqualTo(ChunkPolicy.ROWS_MAX);
    assertThat(rows.get("default")).isEqualTo(ChunkPolicy.DEFAULT.rows());
    Map<?, ?> targetTime = map(schema, "properties", "chunk", "properties", "target-time");
    assertThat(targetTime.get("default"))
        .isEqualTo(DurationValue.show(ChunkPolicy.DEFAULT.targetTime()));
    Map<?, ?> workers = map(schema, "properties", "workers");
    assertThat(workers.get("maximum")).isEqualTo(Tuning.WORKERS_MAX);
    Map<?, ?> skip = map(schema, "properties", "skip");
    assertThat(skip.get("maximum")).isEqualTo(Tuning.SKIP_MAX);
    assertThat(skip.get("default")).isEqualTo(Tuning.DEFAULT.skip());
    assertThat(workers.get("default")).isEqualTo(Tuning.DEFAULT.workers());
    Map<?, ?> retry = map(schema, "properties", "retry", "properties");
    assertThat(map(retry, "attempts").get("maximum")).isEqualTo(RetryPolicy.ATTEMPTS_MAX);
    assertThat(map(retry, "attempts").get("default")).isEqualTo(RetryPolicy.DEFAULT.attempts());
    assertThat(map(retry, "backoff").get("default"))
        .isEqualTo(DurationValue.show(RetryPolicy.DEFAULT.backoff()));
    Map<?, ?> throttle = map(schema, "properties", "throttle", "properties");
    assertThat(map(throttle, "rows-per-second").get("maximum"))
        .isEqualTo(ThrottlePolicy.Speed.ROWS_PER_SECOND_MAX);
    assertThat(map(throttle, "archive-backlog").get("maximum"))
        .isEqualTo(ThrottlePolicy.Wal.ARCHIVE_BACKLOG_MAX);
    assertThat(map(throttle, "active-sessions").get("maximum"))
        .isEqualTo(ThrottlePolicy.Load.ACTIVE_SESSIONS_MAX);
    assertThat(map(schema, "properties", "verify", "properties", "sample").toString())
        .contains("maximum=" + Sample.Rows.ROWS_MAX);
  }

  private static List<String> keysOf(Key key, String path) {
    List<String> keys = new ArrayList<>();
    for (Key below : key.below()) {
      keys.add(path + below.name());
      keys.addAll(keysOf(below, path + below.name() + "."));
    }
    return keys;
  }

  /** Through {@code items} and the alternatives of {@code oneOf} as well. */
  private static List<String> keysOf(Map<?, ?> node, String path) {
    List<String> keys = new ArrayList<>();
    if (node.get("properties") instanceof Map<?, ?> properties) {
      properties.forEach(
          (name, below) -> {
            keys.add(path + name);
            keys.addAll(keysOf((Map<?, ?>) below, path + name + "."));
          });
    }
    if (node.get("items") instanceof Map<?, ?> items) {
      keys.addAll(keysOf(items, path));
    }
    if (node.get("oneOf") instanceof List<?> alternatives) {
      alternatives.forEach(below -> keys.addAll(keysOf((Map<?, ?>) below, path)));
    }
    return keys;
  }

  private static Map<?, ?> map(Map<?, ?> from, String... path) {
    Map<?, ?> at = from;
    for (String name : path) {
      at = (Map<?, ?>) Objects.requireNonNull(at.get(name), name);
    }
    return at;
  }
}

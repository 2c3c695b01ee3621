package dev.sluice.definition;

import dev.sluice.migration.NearestName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeTuple;

/**
 * A mapping whose keys are known. Reports the unknown, the doubled and the not yet built ones, and
 * hands out the rest.
 */
final class Section {

  private final @Nullable Value value;
  private final Map<String, Value> given = new LinkedHashMap<>();
  private final Map<String, Value> usable = new LinkedHashMap<>();

  private Section(@Nullable Value value) {
    this.value = value;
  }

  /** Of {@code value}'s keys those below {@code key}; without any if it is no mapping. */
  static Section of(Value value, Key key) {
    if (!(value.node() instanceof MappingNode mapping)) {
      value.must("a mapping of keys");
      return absent();
    }
    Section section = new Section(value);
    for (NodeTuple entry : mapping.getValue()) {
      section.add(value, key, entry);
    }
    return section;
  }

  static Section absent() {
    return new Section(null);
  }

  private void add(Value owner, Key key, NodeTuple entry) {
    Value keyValue = owner.named("a key", entry.getKeyNode());
    String name = keyValue.scalar();
    if (name == null) {
      keyValue.must("text");
      return;
    }
    String path = owner.path().isEmpty() ? name : owner.path() + "." + name;
    Key known = key.child(name).orElse(null);
    if (known == null) {
      keyValue.problem(unknown(path, name, key.childNames()));
      return;
    }
    Value first = given.get(name);
    if (first != null) {
      keyValue.problem("%s is given twice, first on line %d.".formatted(path, first.line()));
      return;
    }
    Value entryValue = owner.named(path, entry.getValueNode());
    given.put(name, keyValue.named(path, entry.getKeyNode()));
    String refusal = known.notBuilt() == null ? null : known.notBuilt().refusal(entryValue);
    if (refusal == null) {
      usable.put(name, entryValue);
    } else {
      entryValue.problem(refusal);
    }
  }

  private static String unknown(String path, String name, List<String> allowed) {
    return "unknown key '%s'%s Allowed: %s."
        .formatted(
            Value.shorten(path), NearestName.question(name, allowed), String.join(", ", allowed));
  }

  /** Was it written at all, usable or not? */
  boolean has(String key) {
    return given.containsKey(key);
  }

  /** The key itself, for problems with its presence. */
  Optional<Value> key(String key) {
    return Optional.ofNullable(given.get(key));
  }

  Optional<Value> get(String key) {
    return Optional.ofNullable(usable.get(key));
  }

  /** What {@code read} makes of the value; null: not given, or wrong and reported. */
  <T> @Nullable T get(String key, Function<Value, @Nullable T> read) {
    Value found = usable.get(key);
    return found == null ? null : read.apply(found);
  }

  /** Like {@link #get(String, Function)}, and its absence is a problem too. */
  <T> @Nullable T required(String key, Function<Value, @Nullable T> read, String what) {
    if (value != null && !has(key)) {
      String path = value.path().isEmpty() ? key : value.path() + "." + key;
      value.problem("%s is missing: %s.".formatted(path, what));
    }
    return get(key, read);
  }

  /** Without keys if it is absent or no mapping. */
  Section section(Key own, String key) {
    Value found = usable.get(key);
    Key below = own.child(key).orElseThrow();
    return found == null ? absent() : of(found, below);
  }
}

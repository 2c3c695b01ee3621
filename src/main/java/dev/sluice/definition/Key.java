package dev.sluice.definition;

import dev.sluice.migration.NearestName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A key that {@code migration.yaml} may hold.
 *
 * @param below the keys of the mapping under it, or of each mapping in the list under it; empty: it
 *     holds a plain value, a list of them, or names that the user chooses
 * @param notBuilt null: it is built
 */
record Key(String name, List<Key> below, @Nullable NotBuilt notBuilt) {

  /**
   * Why a known key is refused.
   *
   * @param accepted values that say what happens without the key anyway
   * @param refused values that are part of the contract and not built; with {@code accepted} all
   *     there are, or empty if there is no such list
   * @param remedy what to do instead, after "is not built yet; "
   */
  record NotBuilt(List<String> accepted, List<String> refused, String remedy) {
    NotBuilt {
      accepted = List.copyOf(accepted);
      refused = List.copyOf(refused);
    }

    /**
     * What to answer to a value: that it is not built, or that it never will be; null: accepted.
     */
    @Nullable String refusal(Value value) {
      String scalar = value.scalar();
      if (scalar == null || scalar.isEmpty()) {
        return "%s is not built yet; %s.".formatted(value.path(), remedy);
      }
      if (accepted.contains(scalar)) {
        return null;
      }
      if (!refused.isEmpty() && !refused.contains(scalar)) {
        List<String> all = Stream.concat(accepted.stream(), refused.stream()).toList();
        return "%s must be one of %s, got %s%s"
            .formatted(
                value.path(),
                String.join(", ", all),
                value.found(),
                NearestName.question(scalar, all));
      }
      return "%s: %s is not built yet; %s.".formatted(value.path(), Value.shorten(scalar), remedy);
    }
  }

  Key {
    below = List.copyOf(below);
  }

  static Key built(String name, Key... below) {
    return new Key(name, List.of(below), null);
  }

  static Key notBuilt(String name, String remedy, Key... below) {
    return new Key(name, List.of(below), new NotBuilt(List.of(), List.of(), remedy));
  }

  /** Only some values are built: those that change nothing. */
  Key accepting(String... values) {
    NotBuilt now = requireNotBuilt();
    return new Key(name, below, new NotBuilt(List.of(values), now.refused, now.remedy));
  }

  Key refusing(String... values) {
    NotBuilt now = requireNotBuilt();
    return new Key(name, below, new NotBuilt(now.accepted, List.of(values), now.remedy));
  }

  private NotBuilt requireNotBuilt() {
    if (notBuilt == null) {
      throw new IllegalStateException(name + " is built: every value is accepted or refused there");
    }
    return notBuilt;
  }

  Optional<Key> child(String wanted) {
    return below.stream().filter(key -> key.name.equals(wanted)).findFirst();
  }

  List<String> childNames() {
    return below.stream().map(Key::name).toList();
  }
}

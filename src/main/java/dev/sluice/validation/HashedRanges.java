package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.TableKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All ranges of a verification, in key order, and what a row's hash is made of. */
record HashedRanges(Basis basis, List<HashedRange> ranges) {

  /** Ranges that a message names. */
  private static final int NAMED_MAX = 20;

  /**
   * What two verifications must have in common, for their hashes to be comparable.
   *
   * @param walked the table, or the journal, whose rows were compared
   * @param key its columns with their types
   * @param columns whose values are in the hash besides
   */
  record Basis(String walked, String key, List<String> columns) {
    Basis {
      columns = List.copyOf(columns);
    }

    static Basis of(TableKey key, List<Identifier> columns) {
      return new Basis(
          key.table().toString(), key.describe(), columns.stream().map(Identifier::value).toList());
    }

    /** Whether the bounds are keys of that one. */
    boolean isOf(TableKey other) {
      return walked.equals(other.table().toString()) && key.equals(other.describe());
    }
  }

  /**
   * Those of an earlier verification.
   *
   * @param verifiedAt when it began
   */
  record Earlier(Instant verifiedAt, HashedRanges hashed) {}

  HashedRanges {
    ranges = List.copyOf(ranges);
  }

  /**
   * Which ranges have changed: {@code 38 of 40 unchanged since …; changed: keys up to 50000, …}.
   */
  String since(Earlier earlier) {
    if (!basis.equals(earlier.hashed().basis())) {
      return "not compared with the certificate of %s, which is of other rows or columns (%s)"
          .formatted(earlier.verifiedAt(), describe(earlier.hashed().basis()));
    }
    Map<KeyRange, HashedRange> now =
        ranges.stream().collect(Collectors.toMap(r -> r.cut().range(), Function.identity()));
    List<HashedRange> then =
        earlier.hashed().ranges().stream()
            .filter(range -> now.containsKey(range.cut().range()))
            .toList();
    List<KeyRange> changed = new ArrayList<>();
    for (HashedRange range : then) {
      KeyRange keys = range.cut().range();
      if (!isSame(range, Objects.requireNonNull(now.get(keys)))) {
        changed.add(keys);
      }
    }
    return text(earlier.verifiedAt(), then.size(), changed);
  }

  /** What could not be computed is not known to be the same. */
  private static boolean isSame(HashedRange then, HashedRange now) {
    return then.hash() != null && then.rows() == now.rows() && then.hash().equals(now.hash());
  }

  private String text(Instant since, int compared, List<KeyRange> changed) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%d of %d unchanged since the certificate of %s"
            .formatted(compared - changed.size(), compared, since));
    if (!changed.isEmpty()) {
      text.append("; changed: keys ")
          .append(
              changed.stream()
                  .limit(NAMED_MAX)
                  .map(HashedRanges::keys)
                  .collect(Collectors.joining(", ")))
          .append(changed.size() > NAMED_MAX ? ", …" : "");
    }
    if (ranges.size() > compared) {
      text.append("; %d cut anew, of keys that came later".formatted(ranges.size() - compared));
    }
    return text.toString();
  }

  private static String keys(KeyRange range) {
    String after = range.after() == null ? "" : "after %s ".formatted(range.after());
    return after + (range.through() == null ? "to the last" : "up to " + range.through());
  }

  private static String describe(Basis basis) {
    return "%s of %s by %s"
        .formatted(String.join(", ", basis.columns()), basis.walked(), basis.key());
  }
}

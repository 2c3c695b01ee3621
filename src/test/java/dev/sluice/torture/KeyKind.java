package dev.sluice.torture;

import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * A kind of primary key, with a table of its own; one of the names needs quotes.
 *
 * @see #newKey
 */
enum KeyKind {
  BIGINT("account", "id bigint", "id", "i * 1000") {
    @Override
    List<Object> newKey(Random random, int rows) {
      return switch (random.nextInt(3)) {
        case 0 -> List.of(-1 - random.nextLong(SPACE));
        case 1 -> List.of(rows * 1000L + 1 + random.nextLong(SPACE));
        default -> List.of(random.nextLong(rows * 1000L));
      };
    }
  },
  UNIQUE_ID("document", "id uuid", "id", "md5(i::text)::uuid") {
    @Override
    List<Object> newKey(Random random, int rows) {
      return List.of(new UUID(random.nextLong(), random.nextLong()));
    }
  },
  COMPOSITE(
      "\"Order Line\"",
      "\"Region\" text, number int",
      "\"Region\", number",
      "(ARRAY['north', 'South', 'a''b', 'é ?'])[1 + i % 4], i * 50") {
    @Override
    List<Object> newKey(Random random, int rows) {
      String region = List.of("north", "South", "a'b", "é ?", "").get(random.nextInt(5));
      return List.of(region, random.nextInt(rows * 70) - rows * 10);
    }
  };

  private static final long SPACE = 1_000_000_000;

  private final String table;
  private final String columns;
  private final String key;
  private final String keyOfI;

  KeyKind(String table, String columns, String key, String keyOfI) {
    this.table = table;
    this.columns = columns;
    this.key = key;
    this.keyOfI = keyOfI;
  }

  /** A key that may lie before all rows, behind them, or between any two. */
  abstract List<Object> newKey(Random random, int rows);

  /** The table, as in SQL. */
  String table() {
    return table;
  }

  /** As in CREATE TABLE, the key's only. */
  String columns() {
    return columns;
  }

  /** The key's columns, as in a list. */
  String key() {
    return key;
  }

  int width() {
    return key.split(",").length;
  }

  /** The key's values for {@code i} = 1, 2, …, as in a select list. */
  String keyOfI() {
    return keyOfI;
  }
}

package dev.sluice.postgres;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The version of a row, its {@code xmin}: another one, and somebody has written it. */
public final class RowVersion {

  private RowVersion() {}

  /** The version of a row as it is now; null: it is gone. */
  public static @Nullable String of(JdbcOperations jdbc, TableKey key, Key row) {
    String sql =
        "SELECT %s.xmin::text FROM %s WHERE %s"
            .formatted(
                key.table().name().quoted(), key.table().quoted(), key.comparedWith("=", i -> "?"));
    return jdbc.queryForList(sql, String.class, row.texts().toArray()).stream()
        .findFirst()
        .orElse(null);
  }
}

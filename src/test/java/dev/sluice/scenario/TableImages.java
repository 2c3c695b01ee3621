package dev.sluice.scenario;

import dev.sluice.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is in the user's tables, so that two moments can be compared. */
final class TableImages {

  private TableImages() {}

  /**
   * Table name to a checksum over its rows with their places and versions: a row that was written
   * again with the same values differs.
   */
  static Map<String, String> of(TestDatabase database) {
    return of(database, "concat_ws(' ', _r.ctid, _r.xmin, _r)", "_r.ctid");
  }

  /** Table name to a checksum over what its rows hold, wherever they lie. */
  static Map<String, String> ofContent(TestDatabase database) {
    return of(database, "_r::text", "_r::text");
  }

  private static Map<String, String> of(TestDatabase database, String row, String order) {
    List<String> tables =
        database
            .jdbc()
            .sql(
                """
                SELECT c.oid::regclass::text
                FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind = 'r'
                  AND n.nspname !~ '^(pg_|information_schema$|sluice$)'
                """)
            .query(String.class)
            .list();
    Map<String, String> images = new TreeMap<>();
    for (String table : tables) {
      images.put(table, image(database, table, row, order));
    }
    return images;
  }

  private static String image(TestDatabase database, String table, String row, String order) {
    return database
        .jdbc()
        .sql(
            """
            SELECT coalesce(md5(string_agg(%s, E'\\n' ORDER BY %s)), 'empty')
            FROM %s AS _r
            """
                .formatted(row, order, table))
        .query(String.class)
        .single();
  }
}

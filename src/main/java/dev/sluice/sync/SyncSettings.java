package dev.sluice.sync;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The settings that decide what an expression means: where a name is found, in which time zone a
 * timestamp becomes a date. The trigger has those of the session that makes it, which are the
 * backfill's, and not those of whichever application sets it off.
 */
public final class SyncSettings {

  private SyncSettings() {}

  /**
   * By name, each as SQL for SET. Temporary tables come last in the path: an application must not
   * put one in front of a table that a function with our rights reads.
   */
  public static Map<String, String> of(JdbcOperations session) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(
        "search_path",
        String.valueOf(
            session.queryForObject(
                """
                SELECT coalesce(string_agg(quote_ident(name), ', ' ORDER BY place) || ', ', '')
                         || 'pg_temp'
                FROM unnest(current_schemas(false)) WITH ORDINALITY AS path(name, place)
                WHERE name NOT LIKE 'pg!_temp%' ESCAPE '!'
                """,
                String.class)));
    session.query(
        """
        SELECT name, quote_literal(setting) AS setting
        FROM pg_settings
        WHERE name IN ('TimeZone', 'DateStyle', 'IntervalStyle', 'standard_conforming_strings',
                       'extra_float_digits', 'bytea_output', 'default_text_search_config',
                       'lc_time', 'lc_numeric', 'lc_monetary')
        """,
        row -> {
          settings.put(row.getString("name"), row.getString("setting"));
        });
    return settings;
  }
}

package dev.sluice.sync;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The settings that decide what an expression means: where a name is found, in which time zone a
 * timestamp becomes a date. The trigger has those of the session that makes it, which are the
 * backfill's, and not those of whichever application sets it off.
 *
 * <p>And those by which its lookups are planned. The tables that they are in, entries of rows that
 * are being inserted above all, are empty between two statements: where VACUUM has said so, a
 * session plans to read them from end to end, and keeps to that while a statement fills them. An
 * index serves each of them, so nothing is lost.
 *
 * <p>They are settings of the whole function, although guard and expressions are planned by them
 * too: these read no table (preflight refuses it), unless a function of the user does. That one
 * then takes an index where it has one, which is right for what is asked row by row. A scan that it
 * must make nevertheless is priced by PostgreSQL up to 17 as if it were enormous, and would be
 * compiled (JIT) each time: hence not.
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
    settings.put("enable_seqscan", "off");
    settings.put("jit", "off");
    return settings;
  }

  /** Of CREATE FUNCTION. */
  static String clauses(Map<String, String> settings) {
    return settings.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(setting -> "SET %s = %s".formatted(setting.getKey(), setting.getValue()))
        .collect(Collectors.joining("\n"));
  }
}

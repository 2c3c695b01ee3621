package dev.sluice.postgres;

import java.util.Properties;

/**
 * What every connection of ours asks of the driver and the server.
 *
 * <p>Set by statements on a new connection, not by start-up options: poolers refuse those.
 */
public final class ConnectionSettings {

  private static final String APPLICATION = "sluice";

  /**
   * The elements stay as they are written, quotes and all: a schema that they name may be made
   * later, by a script.
   */
  private static final String SEARCH_PATH =
      """
      SELECT set_config('search_path', coalesce(string_agg(name, ', ' ORDER BY position), ''), false)
      FROM (SELECT match[1] AS name, position
            FROM regexp_matches(current_setting('search_path'), '"(?:[^"]|"")*"|[^",[:space:]]+', 'g')
                   WITH ORDINALITY AS found (match, position)) AS path
      WHERE lower(name) <> 'sluice'
        AND name <> '"sluice"'
        AND (current_user <> 'sluice' OR name NOT IN ('"$user"', '$user'))
      """;

  private ConnectionSettings() {}

  /** The driver's own properties. */
  public static Properties driverProperties() {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", APPLICATION);
    properties.setProperty("tcpKeepAlive", "true");
    // details quote the values of rows: Key (email)=(ada@example.org) already exists
    properties.setProperty("logServerErrorDetail", "false");
    properties.setProperty("connectTimeout", "10"); // seconds
    properties.setProperty("loginTimeout", "15"); // seconds
    return properties;
  }

  /**
   * Run once on each new connection.
   *
   * <ul>
   *   <li>{@code plan_cache_mode}: a page's bounds decide its plan; a generic plan guesses them
   *   <li>{@code row_security}: a policy that hides rows is an error, not a silent half of the work
   *   <li>{@code TimeZone}: expressions mean the same wherever the program runs
   *   <li>{@code jit}: an index probe a row looks dear enough to be compiled, for each chunk anew
   *   <li>the output styles: keys travel as text and come back exactly
   *   <li>{@code search_path}: without our own schema, where {@code "$user"} puts it first for a
   *       role of its name, so that no unqualified name of the user's resolves into it
   *   <li>{@code tcp_*}: a server frees the locks of a vanished host in about 20 s
   *   <li>{@code client_connection_check_interval}: also while it builds an index or scans for us;
   *       not every platform has it
   *   <li>not {@code READ WRITE}: {@code default_transaction_read_only} is how an operator, or a
   *       provider whose disk is nearly full, asks for no more writes
   * </ul>
   */
  public static String initSql() {
    return """
        SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
        SET plan_cache_mode = force_custom_plan;
        SET row_security = off;
        SET TimeZone = 'UTC';
        SET DateStyle = 'ISO, YMD';
        SET IntervalStyle = 'iso_8601';
        SET bytea_output = 'hex';
        SET extra_float_digits = 3;
        SET standard_conforming_strings = on;
        SET client_min_messages = warning;
        SET jit = off;
        SET lock_timeout = 0;
        SET statement_timeout = 0;
        SET tcp_keepalives_idle = 5;
        SET tcp_keepalives_interval = 5;
        SET tcp_keepalives_count = 3;
        SET tcp_user_timeout = '20s';
        DO $$ BEGIN
          SET client_connection_check_interval = '5s';
        EXCEPTION WHEN OTHERS THEN
        END $$;
        """
        + SEARCH_PATH;
  }
}

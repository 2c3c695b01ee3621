package dev.sluice.sync;

import dev.sluice.migration.MigrationId;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The trigger of {@code sync: trigger} as the catalog has it: known by the migration's id alone,
 * whatever its table is called by now.
 */
public final class InstalledSync {

  private InstalledSync() {}

  /** {@code zz_sluice_0001_split_s on public.users}; empty: there is none. Takes no lock. */
  public static Optional<String> find(JdbcOperations jdbc, MigrationId id) {
    List<String> tables =
        jdbc.queryForList(
            """
            SELECT format('%I.%I', n.nspname, c.relname)
            FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.tgfoid = to_regprocedure(?)
              AND t.tgparentid = 0
            ORDER BY 1
            """,
            String.class, SyncFunction.nameOf(id) + "()");
    return tables.stream()
        .findFirst()
        .map(table -> "%s on %s".formatted(SyncFunction.triggerOf(id), table));
  }
}

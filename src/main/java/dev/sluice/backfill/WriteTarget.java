package dev.sluice.backfill;

import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table as it is after expand, and which of its rows are to be written.
 *
 * @param guard the definition's, as it was written; null: it has none, every row is to be visited
 *     once
 * @param journal null: old values are not kept
 * @param notSetAside leaves out rows that stand in quarantine; null: none can
 */
record WriteTarget(
    Table table,
    TableKey key,
    @Nullable String guard,
    @Nullable JournalTable journal,
    @Nullable String notSetAside) {

  WriteTarget {
    if (guard == null && journal == null) {
      throw new IllegalArgumentException("neither a guard nor a journal tells what is done");
    }
  }

  /** Which rows still need work; a user's SQL or free of what needs escaping. */
  String condition() {
    if (guard != null) {
      return guard;
    }
    if (journal == null) {
      throw new IllegalStateException("checked above");
    }
    return journal.notVisited();
  }

  /** The same, where a walk leaves out what is set aside. */
  WriteTarget without(@Nullable String rowsSetAside) {
    return new WriteTarget(table, key, guard, journal, rowsSetAside);
  }

  /**
   * Which rows a walk looks for: those that still need work, but not those that are set aside. Rows
   * once found are written by {@link #condition} alone.
   */
  String toDo() {
    return notSetAside == null ? condition() : "(%s\n) AND %s".formatted(condition(), notSetAside);
  }

  /** The statement that writes a chunk's rows. */
  ChunkStatement write(List<WriteStatement.Assignment> assignments, WriteStatement.Source source) {
    WriteStatement statement =
        new WriteStatement(table, key, UserSql.forJdbc(condition()), assignments, source);
    if (journal == null) {
      return ChunkStatement.of(statement.withoutJournal());
    }
    return guard == null
        ? ChunkStatement.of(statement.withJournalAsGuard(journal))
        : new ChunkStatement(
            statement.withJournal(journal), statement.withJournalOfVisits(journal));
  }
}

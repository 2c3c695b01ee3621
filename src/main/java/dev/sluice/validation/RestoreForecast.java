package dev.sluice.validation;

import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * What a rollback by the undo journal would find, as of now. Reads only, in key windows.
 *
 * @param back rows that would get their old values
 * @param left rows that the application has written since, which would stay as they are
 * @param leftKeys the first of these
 * @param gone rows that the run changed and that are no longer there by their key
 */
public record RestoreForecast(long back, long left, List<Key> leftKeys, long gone) {

  private static final Duration WINDOW_MAX = Duration.ofMinutes(1);

  public RestoreForecast {
    leftKeys = List.copyOf(leftKeys);
  }

  /**
   * @throws Waiter.StoppedException if an operator asks to stop
   */
  public static RestoreForecast of(DataSource dataSource, Waiter waiter, JournalTable journal) {
    TableKey walked = new TableKey(journal.name(), journal.key().columns());
    Windows windows = new Windows(new Inspection(dataSource, WINDOW_MAX), walked, waiter);
    String name = journal.name().quoted();
    String row =
        "(SELECT TRUE FROM %s WHERE %s AND %%s) IS %%s"
            .formatted(journal.key().table().quoted(), journal.keyIs(name, journal.key()::column));
    String ours = "%s.%s = %s".formatted(name, JournalTable.IMAGE, journal.image());
    String changed = "%s <> %s.%s".formatted(journal.imageOf(name), name, JournalTable.IMAGE);
    String ofTheRun = "%s.%s IS NOT NULL".formatted(name, JournalTable.IMAGE);
    Windows.Matches left =
        windows.count("%s AND %s".formatted(ofTheRun, row.formatted("NOT (" + ours + ")", "TRUE")));
    return new RestoreForecast(
        windows.count("%s AND %s".formatted(changed, row.formatted(ours, "TRUE"))).rows(),
        left.rows(),
        left.keys(),
        windows
            .count("%s AND %s AND %s".formatted(ofTheRun, changed, row.formatted("TRUE", "NULL")))
            .rows());
  }

  /** {@code 1, 2, 3}, or with more rows than keys: {@code 1, 2, 3, …}. */
  public String leftKeysListed() {
    return Evidence.listed(leftKeys, left);
  }
}

package dev.sluice.validation;

import dev.sluice.control.RunState;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * No row is left to do: counted, never concluded from an update that found nothing. Under the guard
 * if there is one, else outside the undo journal.
 */
final class RemainingCheck implements VerifyCheck {

  private final Supplier<RunState> state;

  /**
   * @param state of the migration at the moment
   */
  RemainingCheck(Supplier<RunState> state) {
    this.state = state;
  }

  @Override
  public String name() {
    return "remaining";
  }

  @Override
  public List<Certificate.Result> verify(Evidence evidence) {
    String guard = evidence.migration().guard();
    Journal journal = evidence.journal();
    if (guard != null) {
      Windows.Matches left = evidence.walk().count(evidence.examined(guard));
      return List.of(underGuard(left, evidence.quarantined().remark()));
    }
    return List.of(
        journal == null
            ? new Certificate.Result(
                name(),
                true,
                "proved by the sweep: there is no guard, and no undo journal any more")
            : outsideJournal(visits(evidence, journal)));
  }

  private Certificate.Result underGuard(Windows.Matches left, String remark) {
    String detail =
        left.rows() == 0
            ? "no row is under the guard" + remark
            : "%d rows are still under the guard: keys %s"
                .formatted(left.rows(), Evidence.listed(left.keys(), left.rows()));
    return new Certificate.Result(name(), left.rows() == 0, detail);
  }

  /** New rows are noted until the run is completed, and not from then on. */
  private Certificate.Result outsideJournal(Visits visits) {
    if (visits.left == 0) {
      return new Certificate.Result(
          name(),
          true,
          "no row is left%s: the undo journal has each of %d rows, %d of them born after the start"
              .formatted(visits.evidence.quarantined().remark(), visits.rows, visits.born));
    }
    String keys = Evidence.listed(visits.keys, visits.left);
    // asked after the walk: a run that ends during it ceases to note them
    return state.get() == RunState.COMPLETED
        ? new Certificate.Result(
            name(),
            true,
            "the undo journal has each of %d rows but %d, which came after the run had ended and are none of its: keys %s"
                .formatted(visits.rows, visits.left, keys))
        : new Certificate.Result(
            name(),
            false,
            "%d of %d rows are not in the undo journal, the run has not visited them: keys %s"
                .formatted(visits.left, visits.rows, keys));
  }

  private static Visits visits(Evidence evidence, Journal journal) {
    Walk walk = evidence.walk();
    Supplier<Visits> none = () -> new Visits(evidence, journal);
    Visits sum = none.get();
    walk.each(Windows.ROWS, none, Visits::look).forEach(sum::add);
    return sum;
  }

  /** Looks each row of the table up in the journal. */
  private static final class Visits {
    private final Windows windows;
    private final Journal journal;
    private final Evidence evidence;
    private final List<Key> keys = new ArrayList<>();
    private long rows;
    private long born;
    private long left;

    /**
     * Of one window: rows but those set aside, born ones, and those that are not in the journal.
     */
    private record Counts(long rows, long born, long left) {}

    Visits(Evidence evidence, Journal journal) {
      this.evidence = evidence;
      this.windows = evidence.walk().windows();
      this.journal = journal;
    }

    /** Adds the next ones in key order. */
    void add(Visits next) {
      next.keys.stream().limit(Windows.KEYS_MAX - keys.size()).forEach(keys::add);
      rows += next.rows;
      born += next.born;
      left += next.left;
    }

    void look(KeyRange window) {
      Counts counts = windows.inspection().read(jdbc -> counts(jdbc, window));
      int wanted = Windows.KEYS_MAX - keys.size();
      if (counts.left() > 0 && wanted > 0) {
        keys.addAll(
            windows
                .inspection()
                .read(
                    jdbc ->
                        new KeyWindows(jdbc, windows.key())
                            .keys(window, evidence.examined(journal.kept().notVisited()), wanted)));
      }
      rows += counts.rows();
      born += counts.born();
      left += counts.left();
    }

    /** An index probe a row, for the reason told at {@link JournalTable#notVisited}. */
    private Counts counts(JdbcOperations jdbc, KeyRange window) {
      String sql =
          """
          SELECT count(*) FILTER (WHERE _kborn IS NOT NULL OR _kto_do), count(*) FILTER (WHERE _kborn), count(*) FILTER (WHERE _kborn IS NULL AND _kto_do)
          FROM (SELECT (SELECT _kj._kborn FROM %s AS _kj WHERE %s) AS _kborn, (%s) AS _kto_do
                FROM %s
                WHERE %s
                OFFSET 0) AS _k_rows
          """
              .formatted(
                  journal.kept().name().quoted(),
                  journal.kept().keyIs("_kj", windows.key()::column),
                  evidence.examined("TRUE"),
                  windows.key().table().quoted(),
                  windows.key().inRange(window));
      return jdbc.query(
              sql,
              (rs, row) -> new Counts(rs.getLong(1), rs.getLong(2), rs.getLong(3)),
              TableKey.rangeArguments(window).toArray())
          .get(0);
    }
  }
}

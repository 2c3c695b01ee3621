package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.KeyRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was compared, and what came out.
 *
 * @param standing of the journal's rows; null: there is no journal
 * @param hashed null: it was a sample, of which nobody can say later what is missing
 */
record Comparison(
    Coverage coverage, Tally tally, @Nullable Standing standing, @Nullable HashedRanges hashed) {

  /** Of one stretch. */
  private record Part(Tally tally, @Nullable Standing standing) {

    /** A window that overruns its time has told nothing: it comes again, in halves. */
    void add(Recompute recompute, KeyRange window) {
      if (standing == null) {
        recompute.compare(window, tally);
      } else {
        Standing.Part rows = standing.look(window);
        recompute.compare(window, tally);
        standing.add(rows);
      }
    }
  }

  /**
   * @param windows walk the rows
   * @param columns that are compared, by the tally's order
   */
  static Comparison of(
      Recompute recompute, Windows windows, List<Identifier> columns, Evidence evidence) {
    Coverage coverage =
        Coverage.of(windows, evidence.migration().verify().sample(), evidence.run());
    if (!coverage.isComplete()) {
      Walk walk = new Walk(windows, coverage.stretches(), evidence.workers());
      return sum(coverage, parts(recompute, walk, columns, evidence), columns, evidence, null);
    }
    List<CutRange> ranges =
        evidence.journal() == null
            ? evidence.ranges()
            : new RangeCut(windows, evidence.workers()).cut(evidence.earlier());
    Walk walk = Walk.of(windows, ranges, evidence.workers());
    List<Part> parts = parts(recompute, walk, columns, evidence);
    List<HashedRange> hashed = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      hashed.add(parts.get(i).tally().hashed(ranges.get(i)));
    }
    return sum(
        coverage,
        parts,
        columns,
        evidence,
        new HashedRanges(HashedRanges.Basis.of(windows.key(), columns), hashed));
  }

  private static List<Part> parts(
      Recompute recompute, Walk walk, List<Identifier> columns, Evidence evidence) {
    return walk.each(
        recompute.windowRows(),
        () -> new Part(new Tally(columns.size()), standing(evidence)),
        (part, window) -> part.add(recompute, window));
  }

  private static @Nullable Standing standing(Evidence evidence) {
    Journal journal = evidence.journal();
    return journal == null ? null : new Standing(journal);
  }

  private static Comparison sum(
      Coverage coverage,
      List<Part> parts,
      List<Identifier> columns,
      Evidence evidence,
      @Nullable HashedRanges hashed) {
    Tally tally = new Tally(columns.size());
    Standing standing = standing(evidence);
    for (Part part : parts) {
      tally.add(part.tally());
      if (standing != null && part.standing() != null) {
        standing.add(part.standing().sum());
      }
    }
    return new Comparison(coverage, tally, standing, hashed);
  }
}

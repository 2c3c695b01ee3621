package dev.sluice.sync;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a sync trigger computes, from what, and for which rows.
 *
 * @param guard the definition's, a condition over the row
 * @param guardSources the columns that it reads
 * @param forward one a written column, in the definition's order, at least one
 * @param reverse one an old column; empty: nobody writes the new ones alone
 * @param defaults SQL for what each of those columns holds where an INSERT does not name it; a
 *     column without a default, or with NULL as such, is not in it
 * @param journal keeps what the trigger overwrites; null: nothing does
 */
public record SyncRules(
    MigrationId id,
    TableKey key,
    Table table,
    String guard,
    List<Identifier> guardSources,
    List<Rule> forward,
    List<Rule> reverse,
    Map<Identifier, String> defaults,
    @Nullable JournalTable journal) {

  /**
   * A column and what it is computed from.
   *
   * @param sources the columns that the expression reads
   */
  public record Rule(Identifier column, String expression, List<Identifier> sources) {
    public Rule {
      sources = List.copyOf(sources);
    }

    boolean sharesASourceWith(Rule other) {
      return !Collections.disjoint(sources, other.sources);
    }
  }

  public SyncRules {
    guardSources = List.copyOf(guardSources);
    forward = List.copyOf(forward);
    reverse = List.copyOf(reverse);
    defaults = Collections.unmodifiableMap(new LinkedHashMap<>(defaults));
  }

  public SyncRules withJournal(JournalTable kept) {
    return new SyncRules(id, key, table, guard, guardSources, forward, reverse, defaults, kept);
  }

  /** All columns that the trigger may write. */
  public List<Identifier> writes() {
    return rules().map(Rule::column).toList();
  }

  /** All columns that the trigger computes something from. */
  public List<Identifier> reads() {
    return Stream.concat(guardSources.stream(), rules().flatMap(rule -> rule.sources().stream()))
        .distinct()
        .toList();
  }

  /** All columns that the trigger's function names. */
  public List<Identifier> needs() {
    return Stream.of(
            reads().stream(), writes().stream(), key.columns().stream().map(Table.Column::name))
        .flatMap(names -> names)
        .distinct()
        .toList();
  }

  private Stream<Rule> rules() {
    return Stream.concat(forward.stream(), reverse.stream());
  }

  List<Identifier> written() {
    return forward.stream().map(Rule::column).toList();
  }

  /** Whether it is computed from what the migration itself makes of the row. */
  boolean readsWritten(Rule rule) {
    return !Collections.disjoint(rule.sources(), written());
  }

  /**
   * The written columns where a value tells nothing of what is still to do: the guard does not ask
   * for them, and they are not changed in place.
   */
  List<Identifier> marks() {
    return forward.stream()
        .filter(rule -> !guardSources.contains(rule.column()) && !readsWritten(rule))
        .map(Rule::column)
        .toList();
  }

  /** The columns whose change may bring a row under the guard, beside the written ones. */
  List<Identifier> scopeColumns() {
    return guardSources.stream().filter(name -> !written().contains(name)).toList();
  }

  /** What the application gives that must not be overwritten when the rule's column is computed. */
  List<Identifier> companions(Rule rule) {
    return Stream.concat(
            Stream.of(rule.column()),
            forward.stream().filter(rule::sharesASourceWith).map(Rule::column))
        .distinct()
        .toList();
  }

  /** The written columns that a reverse expression reads. */
  List<Identifier> newSources(Rule backwards) {
    return backwards.sources().stream().filter(written()::contains).toList();
  }

  /** The numbers, from 1, of the reverse rules that write a source of this one. */
  List<Integer> reverseOf(Rule rule) {
    return Stream.iterate(0, i -> i < reverse.size(), i -> i + 1)
        .filter(i -> rule.sources().contains(reverse.get(i).column()))
        .map(i -> i + 1)
        .toList();
  }
}

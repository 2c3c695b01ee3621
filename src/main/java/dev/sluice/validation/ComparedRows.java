package dev.sluice.validation;

import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.TableKey;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The rows of the table that are compared. */
sealed interface ComparedRows permits ChosenRows, JournaledRows {

  /** Walks them: by the table's key, or by the journal's. */
  Windows walked();

  /** The table with its own key. */
  TableKey key();

  /**
   * A query for the rows of a window, with the window's arguments: {@code columns}, computed over
   * the table's row under its own name, and besides the key as text ({@code _k1}), the key as it
   * sorts ({@code _ks1}), the row's version ({@code _kxmin}), and whether that is the one which the
   * run wrote ({@code _kuntouched}). Takes no row lock; reads as many rows as the window holds.
   */
  String select(KeyRange window, String columns);

  /** {@code _k1, _k2}: what {@link TableKey#read} reads of the query's rows. */
  default String keyTexts() {
    return IntStream.range(0, key().width())
        .mapToObj(TableKey::alias)
        .collect(Collectors.joining(", "));
  }

  /** {@code _ks1, _ks2}: what to sort the query's rows by. */
  default String order() {
    return IntStream.range(0, key().width())
        .mapToObj(i -> "_ks" + (i + 1))
        .collect(Collectors.joining(", "));
  }

  /** What {@link #select} gives besides, all but the last. */
  default String keyColumns() {
    return IntStream.range(0, key().width())
        .mapToObj(i -> "%s AS _ks%d".formatted(key().column(i), i + 1))
        .collect(
            Collectors.joining(
                ", ",
                key().textColumnList() + ", ",
                ", %s.xmin::text AS _kxmin".formatted(key().table().quoted())));
  }
}

package dev.sluice.migration;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** How the migration is taken back, as the definition says. */
public sealed interface Undo {

  /**
   * The definition is silent: {@link Schema} if expand really adds every written column, else
   * {@link Journal}.
   */
  record Undecided() implements Undo {}

  /** {@code undo: journal}: every row's old values are kept, and put back. */
  record Journal() implements Undo {}

  /** {@code undo: schema}: expand added the columns, dropping them again loses nothing. */
  record Schema() implements Undo {}

  /**
   * {@code undo: {sql: …}}: the old values are computed.
   *
   * @param expressions column to expression over the changed row, at least one
   */
  record Inverse(Map<Identifier, String> expressions) implements Undo {
    public Inverse {
      expressions = Collections.unmodifiableMap(new LinkedHashMap<>(expressions));
      if (expressions.isEmpty()) {
        throw new IllegalArgumentException("undo.sql has no column");
      }
    }
  }

  /**
   * {@code undo: none}: it cannot be taken back.
   *
   * @param reason the definition's {@code irreversible}, shown before every run
   */
  record None(String reason) implements Undo {}
}

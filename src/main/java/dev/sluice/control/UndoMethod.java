package dev.sluice.control;

import java.util.Locale;

/** How a run can be taken back: decided once, when expand has shown which columns are new. */
public enum UndoMethod {
  /** Old values stand in the undo journal. */
  JOURNAL,
  /** Expand added every written column: dropping them loses nothing. */
  SCHEMA,
  /** Old values are computed by {@code undo.sql}. */
  SQL,
  /** Not at all. */
  NONE;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static UndoMethod ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}

package dev.sluice.postgres;

import java.util.List;

/**
 * One key value: each column as the text that PostgreSQL printed, to be cast back in SQL.
 *
 * <p>Text, because it is the one form that every type travels in exactly, and never compared in
 * Java: only the server knows the order of a collation, an enum or a NaN.
 */
public record Key(List<String> texts) {

  public Key {
    texts = List.copyOf(texts);
  }

  /** For messages: {@code 42}, or {@code (7, eu)} for a composite key. */
  @Override
  public String toString() {
    return texts.size() == 1 ? texts.get(0) : "(" + String.join(", ", texts) + ")";
  }
}

package dev.sluice.migration;

/**
 * A transform that SQL cannot express, written by the user.
 *
 * <p>Needs a public constructor without parameters. One instance serves all workers at once, so it
 * must be safe for concurrent use. It must depend on nothing but the row: it may run again for a
 * row that the application changed meanwhile.
 */
@FunctionalInterface
public interface RowTransformer {

  /**
   * Computes one row.
   *
   * @param row holds the columns of {@code read}; every column of {@code write} must be {@link
   *     Row#set set}
   * @throws Exception any: the run stops and names the row's key
   */
  void transform(Row row) throws Exception;
}

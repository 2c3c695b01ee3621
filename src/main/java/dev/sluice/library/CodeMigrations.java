package dev.sluice.library;

import dev.sluice.migration.MigrationId;

/**
 * Migrations that an application defines in code. They stand beside those of files: their numbers
 * are unique over both, they depend on one another, and {@code up} runs them in one order.
 *
 * <p>A wrong id is an {@link IllegalArgumentException}; everything else that is wrong is told at
 * once by the builder's {@code build()}.
 */
public final class CodeMigrations {

  private CodeMigrations() {}

  /**
   * One that changes the rows of a table, in chunks, as {@code migration.yaml} does.
   *
   * @param id like {@code 0007_normalise_phone}
   * @param description one line that says what it does
   */
  public static RowMigrationBuilder rows(String id, String description) {
    return new RowMigrationBuilder(new MigrationId(id), description);
  }

  /**
   * One that does something else, in one short transaction each way: seed a few rows, change a
   * schema by what only the application knows. For more than some thousand rows take {@link #rows}:
   * whatever the transaction writes stays locked to its end.
   *
   * @param id like {@code 0008_seed_plans}
   * @param description one line that says what it does
   */
  public static TransactionMigrationBuilder transaction(String id, String description) {
    return new TransactionMigrationBuilder(new MigrationId(id), description);
  }
}

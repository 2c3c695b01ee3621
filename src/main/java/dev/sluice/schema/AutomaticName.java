package dev.sluice.schema;

/**
 * Gives a check the name that PostgreSQL would have chosen.
 *
 * <p>The name depends on the columns that the expression turns out to mention and on the names that
 * are taken, so only the server knows it. It is asked by adding the check once more, without a
 * scan, and dropping it in the same transaction. The check cannot have that name from the start:
 * what validates it, perhaps after a restart, must know how it is called.
 */
final class AutomaticName {

  private AutomaticName() {}

  /**
   * Takes ACCESS EXCLUSIVE on the table, and only writes the catalog. Fails if run twice, so it
   * shares the transaction that counts it.
   *
   * @param name of the check until then, as SQL
   * @param definition of the check, without a name
   */
  static String renaming(AlterTable table, String name, String definition) {
    String body =
        """

        DECLARE
          automatic text;
        BEGIN
          %s ADD %s NOT VALID;
          SELECT conname INTO automatic
          FROM pg_catalog.pg_constraint
          WHERE conrelid = pg_catalog.to_regclass(%s)
            AND contype = 'c'
            AND xmin = pg_catalog.pg_current_xact_id()::xid;
          IF automatic IS NOT NULL THEN
            EXECUTE %s || quote_ident(automatic);
            EXECUTE %s || quote_ident(automatic);
          END IF;
        END
        """
            .formatted(
                table.head(),
                definition,
                literal(table.table()),
                literal(table.with("DROP CONSTRAINT ")),
                literal(table.with("RENAME CONSTRAINT " + name + " TO ")));
    String quote = quoteFor(body);
    return "DO /* names a check of "
        + table.table().replace("*/", "")
        + " as PostgreSQL does */ "
        + quote
        + body
        + quote;
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** A definition may hold dollar quotes itself. */
  private static String quoteFor(String body) {
    String quote = "$sluice$";
    for (int n = 1; body.contains(quote); n++) {
      quote = "$sluice" + n + "$";
    }
    return quote;
  }
}

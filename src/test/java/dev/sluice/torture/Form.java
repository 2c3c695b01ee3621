package dev.sluice.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A migration to torture.
 *
 * @param undo whether old values are kept, and put back in the end
 */
record Form(KeyKind kind, How how, SyncRule rule, boolean undo) {

  static final String ID = "0001_upper";

  /** The same as {@link NewValues#of} in other words. */
  static final String SET =
      """
      set:
        target: coalesce(upper(source), '(none)')
        size: coalesce(length(source), -1)
      """;

  private static final String TRANSFORM =
      "transform: {class: Upper, read: [source], write: [target, size]}\n";

  private static final String UPPER_JAVA =
      """
      import dev.sluice.migration.Row;
      import dev.sluice.migration.RowTransformer;
      import java.util.Locale;

      public class Upper implements RowTransformer {
        @Override
        public void transform(Row row) throws Exception {
          Thread.sleep(0, 100_000); // so that rows change between their reading and their writing
          String source = row.getString("source");
          row.set("target", source == null ? "(none)" : source.toUpperCase(Locale.ROOT));
          row.set("size", source == null ? -1 : source.length());
        }
      }
      """;

  /** Who computes the new values. */
  enum How {
    SET(Form.SET),
    JAVA(TRANSFORM);

    private final String yaml;

    How(String yaml) {
      this.yaml = yaml;
    }
  }

  /** Differs by kind of key. */
  Kill.Weapon firstKill() {
    return switch (kind) {
      case BIGINT -> Kill.Weapon.SESSION;
      case UNIQUE_ID -> Kill.Weapon.SESSIONS;
      case COMPOSITE -> Kill.Weapon.SERVER;
    };
  }

  /** Writes the migration's folder; small chunks make many moments to be killed at. */
  void write(Path jobs) {
    try {
      Path folder = Files.createDirectories(jobs.resolve(ID));
      Files.writeString(folder.resolve("migration.yaml"), yaml());
      Files.deleteIfExists(folder.resolve("Upper.java"));
      if (how == How.JAVA) {
        Files.writeString(folder.resolve("Upper.java"), UPPER_JAVA);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The application's own values differ from the migration's, and are no fault of a run. */
  private String yaml() {
    return """
        description: Torture
        table: '%s'
        where: target IS NULL
        %s%s%schunk: {rows: 100}
        workers: 2
        retry: {attempts: 20, backoff: 100ms}
        verify: {differences: report}
        """
        .formatted(
            kind.table(),
            how.yaml,
            rule.yaml(),
            undo ? "undo: journal\n" : "undo: none\nirreversible: the test drops its database\n");
  }

  /** The table with its rows, all under the guard, and what the torture itself needs. */
  String createTables(int rows) {
    return """
        CREATE TABLE %1$s (
          %2$s,
          source text,
          note   text,
          target text,
          size   int,
          ours   int NOT NULL DEFAULT 0,
          PRIMARY KEY (%3$s));
        INSERT INTO %1$s (%3$s, source)
        SELECT %4$s, CASE WHEN i %% 10 > 0 THEN 'row ' || i END FROM generate_series(1, %5$d) AS i;
        CREATE FUNCTION count_ours() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.ours := OLD.ours + 1;
          RETURN NEW;
        END $$;
        CREATE TRIGGER count_ours BEFORE UPDATE ON %1$s
          FOR EACH ROW WHEN (current_setting('application_name') = 'sluice')
          EXECUTE FUNCTION count_ours();
        CREATE TABLE committed (token bigint PRIMARY KEY);
        """
        .formatted(kind.table(), kind.columns(), kind.key(), kind.keyOfI(), rows);
  }

  @Override
  public String toString() {
    return "%s, %s, sync %s%s".formatted(kind, how, rule, undo ? ", with undo" : "");
  }
}

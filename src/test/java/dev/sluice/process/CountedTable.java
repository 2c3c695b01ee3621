package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A table {@code item} that counts the updates of each row: {@code id}, {@code source}, {@code
 * target} (NULL until the migration), {@code updates}.
 */
record CountedTable(TestDatabase database) {

  static final String GUARD = "target IS NULL";

  /** {@code target} becomes {@code upper(source)}, in SQL. */
  static final String SET =
      """
      table: item
      where: target IS NULL
      set: {target: upper(source)}
      """;

  /** {@code target} becomes {@code upper(source)}, in Java. */
  static final String TRANSFORM =
      """
      table: item
      where: target IS NULL
      transform: {class: Upper, read: [source], write: [target]}
      """;

  static final String UPPER_JAVA =
      """
      import dev.sluice.migration.Row;
      import dev.sluice.migration.RowTransformer;
      import java.util.Locale;

      public class Upper implements RowTransformer {
        @Override
        public void transform(Row row) {
          row.set("target", row.getString("source").toUpperCase(Locale.ROOT));
        }
      }
      """;

  static CountedTable create(TestDatabase database, int rows) {
    database.execute(
        """
        CREATE TABLE item (
          id      bigint PRIMARY KEY,
          source  text NOT NULL,
          target  text,
          updates int NOT NULL DEFAULT 0);
        INSERT INTO item (id, source) SELECT n, 'item ' || n FROM generate_series(1, %d) AS n;
        CREATE FUNCTION count_update() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.updates := OLD.updates + 1;
          RETURN NEW;
        END $$;
        CREATE TRIGGER count_update BEFORE UPDATE ON item
          FOR EACH ROW EXECUTE FUNCTION count_update();
        """
            .formatted(rows));
    database.execute("ANALYZE item");
    return new CountedTable(database);
  }

  /** Locks a row until the connection's transaction ends: a run cannot be over before. */
  static void hold(Connection application, long id) throws SQLException {
    application.setAutoCommit(false);
    try (Statement statement = application.createStatement()) {
      statement.execute("SELECT FROM item WHERE id = " + id + " FOR UPDATE");
    }
  }

  /** An application that holds a row from before a run to its rollback. */
  Connection held(long id) throws SQLException {
    Connection application = database.connect();
    hold(application, id);
    return application;
  }

  void assertEachRowUpdatedOnce(int rows) {
    assertThat(database.count("item")).as("rows").isEqualTo(rows);
    assertThat(database.count("item WHERE target IS DISTINCT FROM upper(source)"))
        .as("rows without their value")
        .isZero();
    assertThat(database.count("item WHERE updates <> 1"))
        .as("rows updated more than once, or never")
        .isZero();
  }
}

package dev.sluice.bench;

/** The table that every contender fills, and what it must hold afterwards. */
final class BenchTable {

  private BenchTable() {}

  /**
   * Creates and fills it. The names are two words, the bio has 0 to 119 characters, so that a row
   * takes about 160 bytes; indexes are built last, as a restored table has them.
   */
  static String create(int rows) {
    return """
        CREATE TABLE users (
          id         bigint NOT NULL,
          full_name  text NOT NULL,
          email      text NOT NULL,
          created_at timestamptz NOT NULL,
          bio        text,
          first_name text,
          last_name  text
        );
        INSERT INTO users (id, full_name, email, created_at, bio)
        SELECT i,
               'Ada' || i || ' Lovelace' || i,
               'ada' || i || '@example.org',
               timestamptz '2020-01-01 00:00:00+00' + i * interval '1 second',
               repeat('x', i %% 120)
        FROM generate_series(1, %d) AS i;
        ALTER TABLE users ADD PRIMARY KEY (id);
        ALTER TABLE users ADD UNIQUE (email)
        """
        .formatted(rows);
  }

  /** Does all rows but the first ones. */
  static String splitBehind(int rows) {
    return """
        UPDATE users
        SET first_name = split_part(full_name, ' ', 1),
            last_name = split_part(full_name, ' ', 2)
        WHERE id > %d
        """
        .formatted(rows);
  }

  /** What every contender's result must be, computed from the table before. */
  static final String EXPECTED_CHECKSUM =
      checksum(
          """
          (SELECT id, full_name, email, created_at, bio,
                  split_part(full_name, ' ', 1) AS first_name,
                  split_part(full_name, ' ', 2) AS last_name
           FROM users)
          """);

  static final String CHECKSUM = checksum("users");

  /** How many of its rows are still there, whatever came since. */
  static String rowsOfTemplate(int rows) {
    return "SELECT count(*) FROM users WHERE id <= " + rows;
  }

  static final String WRONG_ROWS =
      """
      SELECT count(*)
      FROM users
      WHERE first_name IS DISTINCT FROM split_part(full_name, ' ', 1)
         OR last_name IS DISTINCT FROM split_part(full_name, ' ', 2)
      """;

  /** Over all columns of all rows, in any order. */
  private static String checksum(String from) {
    return """
        SELECT count(*) || ' rows, checksum ' || coalesce(sum(hashtextextended(t::text, 0)), 0)
        FROM %s AS t
        """
        .formatted(from);
  }
}

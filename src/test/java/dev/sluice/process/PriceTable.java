package dev.sluice.process;

import dev.sluice.testing.TestDatabase;

/**
 * A table {@code product} whose prices are multiplied in place: doing that twice shows. A trigger
 * sets {@code updated_at}, as applications' tables have it; some prices stay as they are: 0, NULL.
 */
record PriceTable(TestDatabase database) {

  /** In place, not idempotent, without a guard: the undo journal tells which rows are done. */
  static final String TIMES_100 =
      """
      description: Prices in cents
      table: product
      set: {price: price * 100}
      chunk: {rows: 100}
      workers: 2
      """;

  static PriceTable create(TestDatabase database, int rows) {
    database.execute(
        """
        CREATE TABLE product (
          id         bigint PRIMARY KEY,
          price      numeric(14,2),
          before     numeric(14,2),
          updated_at timestamptz NOT NULL DEFAULT 'epoch');
        INSERT INTO product (id, price)
        SELECT n, CASE WHEN n %% 17 = 0 THEN 0 WHEN n %% 19 = 0 THEN NULL ELSE n / 7.0 END
        FROM generate_series(1, %d) AS n;
        UPDATE product SET before = price;
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.updated_at := clock_timestamp();
          RETURN NEW;
        END $$;
        CREATE TRIGGER touch BEFORE UPDATE ON product FOR EACH ROW EXECUTE FUNCTION touch();
        """
            .formatted(rows));
    database.execute("VACUUM ANALYZE product");
    return new PriceTable(database);
  }

  /** Over the written column, by key. */
  String checksum() {
    return database
        .jdbc()
        .sql(
            "SELECT md5(string_agg(id || ':' || coalesce(price::text, 'null'), ',' ORDER BY id))"
                + " FROM product")
        .query(String.class)
        .single();
  }

  /** Rows whose price is not 100 times what it was. */
  long wronglyMultiplied() {
    return database.count("product WHERE price IS DISTINCT FROM before * 100");
  }
}

BEGIN;

CREATE TYPE product_kind AS ENUM ('book', 'record');

CREATE TABLE products (
  sku         text PRIMARY KEY,
  kind        product_kind NOT NULL,
  title       text NOT NULL,
  price_cents integer NOT NULL CHECK (price_cents >= 0)
);

COMMIT;

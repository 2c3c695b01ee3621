ALTER TABLE products RENAME COLUMN category TO kind;
ALTER TYPE product_kind RENAME VALUE 'music' TO 'record';

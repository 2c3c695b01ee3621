SET LOCAL search_path = public;
ALTER TYPE product_kind RENAME VALUE 'record' TO 'music';
ALTER TABLE products RENAME COLUMN kind TO category;

-- what the old shop had; its customers could sign up twice
INSERT INTO customers (id, name, email)
VALUES (1, 'Ada Lovelace', 'ada@example.org'),
       (2, 'Grace Hopper', 'grace@example.org'),
       (3, 'A. Lovelace', 'Ada@Example.org'),
       (4, 'Edsger; the "other" one', 'edsger@example.org');
SELECT setval(pg_get_serial_sequence('customers', 'id'), 4);

INSERT INTO products (sku, kind, title, price_cents)
VALUES ('B-1', 'book', 'It''s a -- book', 1990),
       ('R-1', 'record', E'Don\'t stop', 1290);

INSERT INTO orders (id, customer_id)
SELECT id, id FROM customers;
SELECT setval(pg_get_serial_sequence('orders', 'id'), 4);

INSERT INTO order_items (order_id, sku, quantity)
SELECT id, 'B-1', 1 FROM orders;

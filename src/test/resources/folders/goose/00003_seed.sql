-- +goose up
INSERT INTO customers (id, name, email)
VALUES (1, 'Ada Lovelace', 'Ada@example.org'),
       (2, 'Semi; colon', 'semi@example.org');
INSERT INTO orders (id, customer_id, total_cents) VALUES (1, 1, 100), (2, 1, 200), (3, 2, 300);
SELECT setval(pg_get_serial_sequence('customers', 'id'), 2),
       setval(pg_get_serial_sequence('orders', 'id'), 3);

-- +goose down
DELETE FROM orders;
DELETE FROM customers;

CREATE TABLE customers (
    id bigint PRIMARY KEY,
    phone text,
    country text,
    last_seen_at timestamptz
);

INSERT INTO customers (id, phone, country) VALUES
    (1, '030 123456', 'DE'),
    (2, '(650) 253-0000', 'US'),
    (3, '044 668 18 00', 'CH'),
    (4, '+41 44 668 18 00', NULL),
    (5, ' +1-650-253-0000 ', 'DE'),
    (6, '030 123456', NULL),
    (7, '12', 'DE'),
    (8, 'call my office', 'US'),
    (9, '', 'US'),
    (10, '030 123456', 'nowhere'),
    (11, NULL, 'DE');

INSERT INTO customers (id, phone, country)
SELECT n, '(650) 253-' || n, 'US'
FROM generate_series(1000, 4999) AS n;

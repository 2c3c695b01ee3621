CREATE TABLE goods (
    code text PRIMARY KEY,
    price numeric NOT NULL,
    was numeric,
    old boolean NOT NULL DEFAULT true
);
INSERT INTO goods (code, price, was)
SELECT 'g' || n, n / 4.0, n / 4.0
FROM generate_series(0, 2999) AS n;
CREATE SEQUENCE round;

CREATE TABLE readings (
    id bigint PRIMARY KEY,
    unit text NOT NULL,
    value numeric NOT NULL
);

INSERT INTO readings (id, unit, value)
SELECT n, 'C', 20
FROM generate_series(1, 50000) AS n;

UPDATE readings SET unit = 'F', value = 212 WHERE id IN (1, 777, 20000, 20001, 49999, 50000);
INSERT INTO readings VALUES (9000000000, 'F', 32);

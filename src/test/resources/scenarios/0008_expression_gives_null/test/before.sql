CREATE TABLE people (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    last_name text
);
INSERT INTO people (id, name)
SELECT n, CASE WHEN n = 123 THEN 'Plato' ELSE 'Ada Lovelace' END
FROM generate_series(1, 1000) AS n;

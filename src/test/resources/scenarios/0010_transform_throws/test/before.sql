CREATE TABLE people (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    initials text
);
INSERT INTO people (id, name)
SELECT n, CASE WHEN n = 777 THEN 'Plato' ELSE 'Ada Lovelace' END
FROM generate_series(1, 1000) AS n;

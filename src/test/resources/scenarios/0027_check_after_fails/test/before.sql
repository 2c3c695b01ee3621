CREATE TABLE people (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    upper_name text
);
INSERT INTO people (id, name)
SELECT n, 'name' || n
FROM generate_series(1, 300) AS n;

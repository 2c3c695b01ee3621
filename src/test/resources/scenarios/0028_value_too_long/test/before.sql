CREATE DOMAIN short_code AS varchar(3);
CREATE TABLE parts (
    id bigint PRIMARY KEY,
    long_code text NOT NULL,
    code short_code
);
INSERT INTO parts (id, long_code)
SELECT n, CASE WHEN n = 777 THEN 'ABCDEF' ELSE 'ABC' END
FROM generate_series(1, 1000) AS n;

CREATE TABLE counters (
    id bigint PRIMARY KEY,
    hits bigint NOT NULL DEFAULT 0,
    doubled bigint
);

INSERT INTO counters (id)
SELECT n
FROM generate_series(1, 1000) AS n;

CREATE TABLE jobs_done (
    id bigint PRIMARY KEY,
    input bigint NOT NULL,
    result bigint
);
CREATE SEQUENCE late INCREMENT -1 START -1;

INSERT INTO jobs_done (id, input)
SELECT n, n
FROM generate_series(1, 4000) AS n;

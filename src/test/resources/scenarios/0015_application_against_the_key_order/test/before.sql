CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    balance bigint NOT NULL,
    seen bigint NOT NULL DEFAULT 0
);
CREATE TABLE rounds (at timestamptz NOT NULL);

INSERT INTO accounts (id, balance)
SELECT n, n
FROM generate_series(1, 4000) AS n;

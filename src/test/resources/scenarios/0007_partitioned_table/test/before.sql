CREATE TABLE events (
    id bigint NOT NULL,
    day date NOT NULL,
    payload text NOT NULL,
    seen int NOT NULL DEFAULT 0,
    PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE events_january PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE events_february PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE events_march PARTITION OF events FOR VALUES FROM ('2026-03-01') TO ('2026-04-01') PARTITION BY HASH (id);
CREATE TABLE events_march_0 PARTITION OF events_march FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE events_march_1 PARTITION OF events_march FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE events_rest PARTITION OF events DEFAULT;

INSERT INTO events (id, day, payload)
SELECT n, date '2026-01-01' + n % 90, CASE WHEN n % 3 = 0 THEN 'login' ELSE 'click' END
FROM generate_series(1, 3000) AS n;

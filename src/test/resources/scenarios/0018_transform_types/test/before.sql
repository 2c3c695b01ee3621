CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE TABLE values_of_types (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    t text, i int, l bigint, n numeric, b boolean, u uuid, bin bytea, d date, tm time, ts timestamp, tstz timestamptz,
    arr text[], j json, jb jsonb, iv interval, e mood, r int4range, "Mixed ?:" varchar(10),
    t2 text, i2 int, l2 bigint, n2 numeric, b2 boolean, u2 uuid, bin2 bytea, d2 date, tm2 time, ts2 timestamp,
    tstz2 timestamptz, arr2 text[], j2 json, jb2 jsonb, iv2 interval, e2 mood, r2 int4range, "Mixed2 ?:" varchar(10),
    done boolean NOT NULL DEFAULT false
);

INSERT INTO values_of_types (t, i, l, n, b, u, bin, d, tm, ts, tstz, arr, j, jb, iv, e, r, "Mixed ?:")
SELECT 'it''s "' || k || '" {,} \ 🦊' || E'\n\t', k, -k * 10000000000, 1.500 * k, k % 2 = 0, md5(k::text)::uuid,
    decode(md5(k::text), 'hex'), date '2026-01-01' + k, time '23:59:59.999999', timestamp '2026-03-29 02:30:00.000001',
    timestamptz '1900-01-01 00:00:00.123456+00' + k * interval '1 day', ARRAY['a,b', '"q"', NULL, '\', '{}'],
    '{"a" :  1, "a": 2}', '{"b": [1.0, null]}', interval '1 month -3 days 04:05:06.7', 'it''s ok', int4range(k, k + 5),
    'm ' || k
FROM generate_series(1, 300) AS k;

-- NULL everywhere, and the ends of what the types hold.
INSERT INTO values_of_types (t) VALUES (NULL);
INSERT INTO values_of_types (t, i, l, n, bin, d, tm, ts, tstz, arr, r)
VALUES ('', 2147483647, -9223372036854775808, 'NaN', '', 'infinity', '24:00', '-infinity', '0044-03-15 12:00+00 BC', '{}',
    'empty');
INSERT INTO values_of_types (n, d, tm, ts, tstz)
VALUES (1e-100, '4713-01-01 BC', '00:00', '294276-12-31 23:59:59.999999', 'infinity');

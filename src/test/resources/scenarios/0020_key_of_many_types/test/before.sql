CREATE SCHEMA app;
CREATE SCHEMA types;
CREATE DOMAIN types."Positive" AS int CHECK (VALUE > 0);
CREATE TYPE types."Mood ""x""" AS ENUM ('b', 'a');
CREATE TYPE types.pair AS (a int, b text);
CREATE TABLE app.entries (
    code char(4) NOT NULL,
    no types."Positive" NOT NULL,
    hash bytea NOT NULL,
    took interval NOT NULL,
    bits bit varying(20) NOT NULL,
    net inet NOT NULL,
    mood types."Mood ""x""" NOT NULL,
    price numeric(10, 2) NOT NULL,
    flag boolean NOT NULL,
    span int4range NOT NULL,
    data jsonb NOT NULL,
    pair types.pair NOT NULL,
    done boolean
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') THEN
        CREATE COLLATION types.ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        ALTER TABLE app.entries ADD COLUMN name text COLLATE types.ignoring_case NOT NULL DEFAULT 'Same';
    ELSE
        ALTER TABLE app.entries ADD COLUMN name text NOT NULL DEFAULT 'Same';
    END IF;
END
$$;
ALTER TABLE app.entries
    ADD PRIMARY KEY (code, flag, mood, name, bits, net, price, took, span, data, pair, hash, no);

INSERT INTO app.entries (code, no, hash, took, bits, net, mood, price, flag, span, data, pair, name)
SELECT chr(97 + n % 3), n, decode(md5(n::text), 'hex'), make_interval(months => n % 7, secs => n * 1.000001),
    (n % 5)::bit(20), ('10.0.' || n % 5 || '.0/24')::inet, ((ARRAY['a', 'b'])[1 + n % 2])::types."Mood ""x""", n % 10 / 3.0,
    n % 2 = 0, int4range(n, n + 3), jsonb_build_object('b?', n % 5), ROW(n, 'x,"' || n)::types.pair,
    (ARRAY['Same', 'sAME', 'other'])[1 + n % 3]
FROM generate_series(1, 1000) AS n;

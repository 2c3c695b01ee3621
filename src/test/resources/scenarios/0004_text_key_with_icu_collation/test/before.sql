CREATE TABLE words (
    word text NOT NULL,
    variant text COLLATE "C" NOT NULL,
    length int
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_collation WHERE collname = 'de-x-icu') THEN
        ALTER TABLE words ALTER COLUMN word TYPE text COLLATE "de-x-icu";
    END IF;
END
$$;
ALTER TABLE words ADD PRIMARY KEY (word, variant);

INSERT INTO words (word, variant)
SELECT prefix || n, variant
FROM unnest(ARRAY['a', 'A', 'ä', 'Ä', 'b', 'B', 'z', 'Z', 'ß', 'ss', '-', '_', ' ', 'ae']) AS prefix,
    generate_series(1, 150) AS n,
    unnest(ARRAY['x', 'X']) AS variant;

-- Neither in the order of its letters.
CREATE TYPE quality AS ENUM ('poor', 'good', 'best', 'It''s "fine"');
CREATE TABLE measurements (
    device uuid NOT NULL,
    level double precision NOT NULL,
    quality quality NOT NULL,
    done boolean,
    UNIQUE (device, level, quality)
);

INSERT INTO measurements (device, level, quality)
SELECT device, level, quality
FROM (SELECT md5(n::text)::uuid AS device FROM generate_series(1, 80) AS n) AS devices,
    unnest(ARRAY['NaN', 'Infinity', '-Infinity', '0', '1e-320', '0.1', '-1.7976931348623157e308', '0.30000000000000004']
        ::double precision[]) AS level,
    unnest(enum_range(NULL::quality)) AS quality;

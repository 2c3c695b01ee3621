CREATE TABLE samples (
    taken_at timestamptz PRIMARY KEY,
    label text
);

INSERT INTO samples (taken_at)
SELECT timestamptz '2026-03-29 00:59:59.999000+00' + n * interval '1 microsecond'
FROM generate_series(0, 1999) AS n;

INSERT INTO samples (taken_at) VALUES
    ('-infinity'),
    ('4713-01-01 00:00:00+00 BC'),
    ('0044-03-15 12:00:00.000001+00 BC'),
    ('1582-10-10 00:00:00+00'),
    ('9999-12-31 23:59:59.999999+00'),
    ('294276-12-31 23:59:59.999999+00'),
    ('infinity');

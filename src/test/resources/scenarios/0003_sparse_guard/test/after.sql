-- Each statement must return true.
SELECT array_agg(id || '=' || value ORDER BY id)
    = ARRAY['1=100.0', '777=100.0', '20000=100.0', '20001=100.0', '49999=100.0', '50000=100.0', '9000000000=0.0']
FROM readings
WHERE value <> 20;

-- The others are the very rows that they were: all of one transaction.
SELECT count(DISTINCT xmin::text) = 1 FROM readings WHERE value = 20;

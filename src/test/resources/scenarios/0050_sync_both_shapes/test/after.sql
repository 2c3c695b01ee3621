SELECT count(*) = 0
FROM price
WHERE currency = 'EUR' AND id <> 3001 AND cents IS DISTINCT FROM (amount * 100)::bigint;

-- Who writes both is right.
SELECT amount = 1.5 AND cents = 151 FROM price WHERE id = 3001;

SELECT count(*) = 300 AND bool_and(cents IS NULL) FROM price WHERE currency = 'USD';

SELECT bool_or(amount = 7.77 AND cents = 777) AND bool_or(amount = 8.88 AND cents = 888) FROM price WHERE id > 10000;

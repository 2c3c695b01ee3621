-- The old version.
INSERT INTO price (amount) SELECT 7.77 WHERE (SELECT count(*) FROM price WHERE amount = 7.77) < 100;
UPDATE price SET amount = amount + 1 WHERE id = (SELECT 1 + floor(random() * 1500)::bigint);
UPDATE price SET amount = NULL WHERE id = (SELECT 1501 + floor(random() * 50)::bigint);

-- The new one, which is deployed once the trigger stands.
INSERT INTO price (cents)
SELECT 888
FROM pg_trigger
WHERE tgname = 'zz_sluice_0050_sync_both_shapes_s' AND (SELECT count(*) FROM price WHERE cents = 888) < 100;

UPDATE price
SET cents = coalesce(cents, 0) + 100
FROM pg_trigger
WHERE tgname = 'zz_sluice_0050_sync_both_shapes_s'
    AND id = (SELECT 1601 + floor(random() * 1400)::bigint)
    AND currency = 'EUR';

-- One that writes both.
UPDATE price SET amount = 1.5, cents = 151 WHERE id = 3001;

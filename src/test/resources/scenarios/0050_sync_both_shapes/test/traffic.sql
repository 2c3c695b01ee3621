-- The old version.
INSERT INTO price (amount) SELECT 7.77 WHERE (SELECT count(*) FROM price) < 3200;
UPDATE price SET amount = amount + 1 WHERE id = (SELECT 1 + floor(random() * 1500)::bigint);
UPDATE price SET amount = NULL WHERE id = (SELECT 1501 + floor(random() * 50)::bigint);
-- The new one, which knows the currency too.
INSERT INTO price (cents) SELECT 888 WHERE (SELECT count(*) FROM price) < 3200;
UPDATE price SET cents = coalesce(cents, 0) + 100
WHERE id = (SELECT 1601 + floor(random() * 1400)::bigint) AND currency = 'EUR';
UPDATE price SET amount = 1.5, cents = 151 WHERE id = 3001;

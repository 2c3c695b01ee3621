UPDATE account SET login = login || 'X' WHERE id = (SELECT 1 + floor(random() * 1000)::bigint);
UPDATE account SET login = 'Changed' WHERE id IN (1, 2, 3000);

-- Gives a row a new version while its number may be on its way through Java.
UPDATE customers SET last_seen_at = now() WHERE id = (SELECT 1000 + floor(random() * 4000)::bigint);

-- An application that knows nothing of the new column.
UPDATE users SET last_seen_at = now() WHERE id = (SELECT 1 + floor(random() * 4000)::bigint);

INSERT INTO users (email)
SELECT 'new@example.com'
WHERE (SELECT count(*) FROM users) < 6000;

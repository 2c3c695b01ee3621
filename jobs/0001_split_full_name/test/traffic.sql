-- The application beside the run, in a version that knows nothing of the new columns: it touches a row, users sign up, and
-- one of them changes the name.
UPDATE users SET last_seen_at = now() WHERE id = (SELECT 1 + floor(random() * 4000)::bigint);
INSERT INTO users (full_name) SELECT 'Nina Neumann' WHERE (SELECT count(*) FROM users WHERE id > 4000) < 50;
UPDATE users SET full_name = 'First50 Last' || (50 + (random() * 3)::int) WHERE id = 50;

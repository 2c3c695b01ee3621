-- The application beside the run: it touches a row, and users sign up.
UPDATE users SET last_seen_at = now() WHERE id = (SELECT 1 + floor(random() * 4000)::bigint);

-- Its old version writes full_name alone; the new one, deployed once the columns are there, writes all three.
DO $$
BEGIN
    IF (SELECT count(*) FROM users WHERE id > 4000) >= 50 THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'last_name') THEN
        INSERT INTO users (full_name, first_name, last_name) VALUES ('Nina Neumann', 'Nina', 'Neumann');
    ELSE
        INSERT INTO users (full_name) VALUES ('Nina Neumann');
    END IF;
END
$$;

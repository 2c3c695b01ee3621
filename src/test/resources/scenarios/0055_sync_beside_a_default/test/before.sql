CREATE TABLE account (id bigint PRIMARY KEY, login text, handle text);
INSERT INTO account (id, login) SELECT n, 'Login' || n FROM generate_series(1, 3000) AS n;
ALTER TABLE account ALTER COLUMN handle SET DEFAULT 'none';

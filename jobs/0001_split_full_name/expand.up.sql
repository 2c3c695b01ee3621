-- Columns without a default: only the catalog changes, no row is rewritten.
-- Not IF NOT EXISTS: a column of that name that is somebody else's must stop us, or the file below would drop it.
ALTER TABLE users ADD COLUMN first_name text;
ALTER TABLE users ADD COLUMN last_name text;

-- In this order and in two statements: the column comes without a default, so old rows stay NULL and are the run's,
-- and the default is only for rows to come.
ALTER TABLE users ADD COLUMN status text;

-- Here and not in constrain.up.sql: without it, rows that are inserted while the run lasts would come under the guard.
ALTER TABLE users ALTER COLUMN status SET DEFAULT 'active';

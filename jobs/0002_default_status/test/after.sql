-- Each statement must return true.
SELECT count(*) = 400 FROM users WHERE id <= 4000 AND status = 'deactivated';
SELECT count(*) = 3600 FROM users WHERE id <= 4000 AND status = 'active';
SELECT count(*) > 0 AND bool_and(status = 'active') FROM users WHERE id > 4000;

-- New rows are right by themselves, and NULL is refused.
SELECT attnotnull FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'status';
SELECT column_default LIKE '''active''%'
FROM information_schema.columns
WHERE table_name = 'users'
    AND column_name = 'status';

-- The check that made NOT NULL cheap is gone again.
SELECT count(*) = 0 FROM pg_constraint WHERE conrelid = 'users'::regclass AND contype = 'c';

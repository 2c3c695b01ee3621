-- Each statement must return true.
SELECT count(*) = 0 FROM empty_one;
SELECT attnotnull FROM pg_attribute WHERE attrelid = 'empty_one'::regclass AND attname = 'total';

-- Each statement must return true.
-- The others are done: the next run need not begin again.
SELECT count(*) = 999 FROM people WHERE last_name = 'Lovelace';

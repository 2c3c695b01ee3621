-- Each statement must return true.
SELECT count(*) = 300 FROM people WHERE upper_name IS NULL;

-- Each statement must return true.
SELECT full_name IS NULL FROM people;

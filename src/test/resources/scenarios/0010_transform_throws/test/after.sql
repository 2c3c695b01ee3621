-- Each statement must return true.
SELECT initials IS NULL FROM people WHERE id = 777;
SELECT bool_and(initials = 'AL') FROM people WHERE initials IS NOT NULL;

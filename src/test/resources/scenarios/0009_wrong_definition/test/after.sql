-- Each statement must return true.
SELECT last_name IS NULL FROM people;
SELECT to_regnamespace('sluice') IS NULL;

-- Each statement must return true.
SELECT bool_and(upper_name = upper(name)) FROM people;

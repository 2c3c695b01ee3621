-- Each statement must return true.
SELECT bool_and(doubled = 2 * id) FROM counters;
SELECT hits > 1 FROM counters WHERE id = 500;

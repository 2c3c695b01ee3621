-- Each statement must return true.
SELECT count(*) = 80 * 8 * 4 AND bool_and(done) FROM measurements;

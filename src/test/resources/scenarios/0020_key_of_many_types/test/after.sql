-- Each statement must return true.
SELECT count(*) = 1000 AND bool_and(done) FROM app.entries;

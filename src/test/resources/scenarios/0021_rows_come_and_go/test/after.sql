-- Each statement must return true.
SELECT bool_and(result = 2 * input) FROM jobs_done;
SELECT count(*) > 0 AND bool_and(result = 14) FROM jobs_done WHERE id < 0;
SELECT count(*) >= 3100 FROM jobs_done WHERE id > 0;

-- Each statement must return true.
SELECT count(*) = 2007 AND bool_and(label::timestamptz = taken_at) FROM samples;

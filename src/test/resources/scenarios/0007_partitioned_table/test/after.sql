-- Each statement must return true.
SELECT count(*) = 3000 AND bool_and(kind = CASE WHEN id % 3 = 0 THEN 'login' ELSE 'other' END) FROM events;

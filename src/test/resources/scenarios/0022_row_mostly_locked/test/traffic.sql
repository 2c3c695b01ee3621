UPDATE counters SET hits = hits + 1 WHERE id = 500;
SELECT pg_sleep(0.2);

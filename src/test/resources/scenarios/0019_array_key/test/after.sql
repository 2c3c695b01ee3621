-- Each statement must return true.
SELECT count(*) = 503 AND bool_and(depth = cardinality(path)) FROM paths;

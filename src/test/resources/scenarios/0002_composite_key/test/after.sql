-- Each statement must return true.
SELECT count(*) = 14 * 300 AND bool_and(title = tenant || '/' || no) FROM documents;

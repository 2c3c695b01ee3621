-- Each statement must return true.
SELECT bool_and(label = ':done?' AND first_two = '{' || id || ',' || id + 1 || '}')
FROM things
WHERE id <= 500;

SELECT bool_and(quoted = 'it''s :a ? and $1 & "all" --not a comment' AND tagged = ' $$ '':x'' ? ')
FROM things
WHERE id <= 500;

SELECT bool_and(escaped = 'it''s' || chr(9) || ':b' || chr(92) || '?:c&dit''s' AND bits = (6 & id::int & 3))
FROM things
WHERE id <= 500;

SELECT bool_and(path = id || '~true' AND spread = CASE WHEN id % 2 = 0 THEN 'odd' ELSE 'data03:04:05' END)
FROM things
WHERE id <= 500;

SELECT count(*) = 2 AND bool_and(label IS NULL) FROM things WHERE id > 500;

-- Each statement must return true.
SELECT array_agg(first_name || '|' || last_name ORDER BY id) = ARRAY[
    'Ada|Lovelace',
    'Plato|',
    'Juan Carlos|García',
    'Grace|Hopper',
    'Alan|Turing',
    'Łukasz|Żółw',
    '山田|太郎',
    'Zoë|🦊',
    'O''Brien-Smith|',
    '|',
    '|']
FROM users
WHERE id <= 11;

-- Where there is no full name there is nothing to do.
SELECT first_name IS NULL AND last_name IS NULL FROM users WHERE id = 12;

-- Whom the application changed meanwhile too.
SELECT full_name = first_name || ' ' || last_name AND first_name = 'First50' FROM users WHERE id = 50;

SELECT count(*) = 3900
FROM users
WHERE id BETWEEN 101 AND 4000
    AND first_name = 'First' || id
    AND last_name = 'Last' || id;

-- Those who signed up meanwhile, whichever version of the application served them.
SELECT count(*) > 0 AND bool_and(first_name = 'Nina' AND last_name = 'Neumann')
FROM users
WHERE id > 4000;

-- The old column is as it was.
SELECT full_name = '  Grace   Hopper  ' FROM users WHERE id = 4;
SELECT full_name IS NULL FROM users WHERE id = 12;

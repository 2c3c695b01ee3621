-- Each statement must return true.
SELECT code IS NULL FROM parts WHERE id = 777;
SELECT bool_and(code = long_code) FROM parts WHERE code IS NOT NULL;

DO $$
DECLARE
    n bigint := nextval('round');
BEGIN
    INSERT INTO goods (code, price, was, old) VALUES ('new' || n, 5, 5, false), ('g' || n || 'b', 7, 7, false);
    DELETE FROM goods WHERE code = 'g' || n * 31;
    UPDATE goods SET code = 'moved' || n WHERE code = 'g' || n * 17 + 1;
END
$$;

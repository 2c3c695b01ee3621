DO $$
BEGIN
    FOR i IN REVERSE 40..1 LOOP
        UPDATE accounts SET seen = seen + 1 WHERE id = i * 100;
    END LOOP;
    INSERT INTO rounds VALUES (now());
END
$$;

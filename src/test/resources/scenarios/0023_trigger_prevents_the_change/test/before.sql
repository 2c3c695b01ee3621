CREATE TABLE contracts (
    id bigint PRIMARY KEY,
    signed boolean NOT NULL,
    version int
);
CREATE FUNCTION protect_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN OLD.signed THEN NULL ELSE NEW END;
END
$$;
CREATE TRIGGER protect_signed BEFORE UPDATE ON contracts FOR EACH ROW EXECUTE FUNCTION protect_signed();

INSERT INTO contracts (id, signed)
SELECT n, n = 300
FROM generate_series(1, 500) AS n;

CREATE TABLE products (
    id int PRIMARY KEY,
    price int NOT NULL,
    raised boolean NOT NULL DEFAULT false,
    seen int NOT NULL DEFAULT 0,
    updated_at timestamptz
);
CREATE TABLE audit (
    product_id int NOT NULL,
    old_price int NOT NULL,
    new_price int NOT NULL
);

INSERT INTO products (id, price)
SELECT n, n
FROM generate_series(1, 3000) AS n;

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
CREATE TRIGGER touch BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION touch();

CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit VALUES (OLD.id, OLD.price, NEW.price);
    RETURN NULL;
END
$$;
CREATE TRIGGER write_audit AFTER UPDATE ON products
    FOR EACH ROW WHEN (OLD.price <> NEW.price) EXECUTE FUNCTION write_audit();

-- +goose Up
-- +goose NO TRANSACTION
ALTER TABLE orders ADD COLUMN settled boolean;

-- +goose StatementBegin
DO $$
DECLARE
  last bigint := 0;
BEGIN
  LOOP
    UPDATE orders SET settled = true
    WHERE id = (SELECT min(id) FROM orders WHERE id > last AND settled IS NULL)
    RETURNING id INTO last;
    EXIT WHEN NOT FOUND;
    COMMIT;
  END LOOP;
END
$$;
-- +goose StatementEnd

CREATE INDEX CONCURRENTLY orders_settled ON orders (settled);

-- +goose Down
DROP INDEX CONCURRENTLY orders_settled;
ALTER TABLE orders DROP COLUMN settled;

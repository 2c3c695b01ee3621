-- +goose Up
DROP INDEX orders_placed;

-- +goose Down
CREATE INDEX orders_placed ON orders (placed_at);

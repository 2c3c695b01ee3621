-- +goose Up
ALTER TABLE customers ADD COLUMN tier text NOT NULL DEFAULT 'basic';
UPDATE customers
SET tier = 'gold'
WHERE (SELECT sum(total_cents) FROM orders WHERE orders.customer_id = customers.id) >= 300;

-- +goose Down
ALTER TABLE customers DROP COLUMN tier;

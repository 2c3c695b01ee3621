-- +goose Up
CREATE TYPE mood AS ENUM ('calm');
ALTER TYPE mood ADD VALUE 'hurried';
ALTER TABLE orders ADD COLUMN mood mood NOT NULL DEFAULT 'calm';
CREATE VIEW hurried_orders AS SELECT * FROM orders WHERE mood::text = 'hurried';

-- +goose Down
DROP VIEW hurried_orders;
ALTER TABLE orders DROP COLUMN mood;
DROP TYPE mood;

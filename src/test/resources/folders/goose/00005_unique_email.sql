-- +goose NO TRANSACTION
-- +goose Up
SET statement_timeout = 0;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS customers_email ON customers (email);
ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE USING INDEX customers_email;

-- +goose Down
ALTER TABLE customers DROP CONSTRAINT customers_email_key;

ALTER TABLE customers ADD COLUMN login text;
UPDATE customers SET login = lower(email);

-- fails while two customers have the same address
CREATE UNIQUE INDEX CONCURRENTLY customers_login ON customers (login);

ALTER TABLE customers ALTER COLUMN login SET NOT NULL;
COMMENT ON COLUMN customers.login IS 'the address in lower case; one customer each';

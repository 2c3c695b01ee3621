-- After the backfill: an index that were there before would be written once for every row, and keep PostgreSQL from
-- the cheaper kind of update. CONCURRENTLY, which needs to run outside a transaction, lets the application write.
CREATE INDEX CONCURRENTLY customers_phone_e164 ON customers (phone_e164);

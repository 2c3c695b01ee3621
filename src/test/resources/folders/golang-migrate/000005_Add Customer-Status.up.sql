ALTER TABLE customers ADD COLUMN status text NOT NULL DEFAULT 'active';
ALTER TABLE customers ADD CONSTRAINT customers_status_known CHECK (status IN ('active', 'closed'));

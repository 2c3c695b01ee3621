ALTER TABLE customers DROP COLUMN phone_status;
ALTER TABLE customers DROP COLUMN phone_e164;

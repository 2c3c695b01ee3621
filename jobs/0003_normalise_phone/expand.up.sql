ALTER TABLE customers ADD COLUMN phone_e164 text;
ALTER TABLE customers ADD COLUMN phone_status text;

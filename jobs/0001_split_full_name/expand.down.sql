-- Nothing is lost as long as full_name is there and written.
ALTER TABLE users DROP COLUMN last_name;
ALTER TABLE users DROP COLUMN first_name;

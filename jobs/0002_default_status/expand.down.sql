-- The default goes with the column.
ALTER TABLE users DROP COLUMN status;

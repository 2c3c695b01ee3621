-- Gives the structure back, empty: what it held is gone. No command runs it, it is for a person who needs the column.
ALTER TABLE users ADD COLUMN full_name text;

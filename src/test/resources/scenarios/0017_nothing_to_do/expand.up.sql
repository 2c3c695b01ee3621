ALTER TABLE empty_one ADD COLUMN total int;

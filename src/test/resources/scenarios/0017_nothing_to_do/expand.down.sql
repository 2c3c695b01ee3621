ALTER TABLE empty_one DROP COLUMN total;

DROP TRIGGER count_order ON orders;
DROP FUNCTION count_order();
ALTER TABLE customers DROP COLUMN orders;

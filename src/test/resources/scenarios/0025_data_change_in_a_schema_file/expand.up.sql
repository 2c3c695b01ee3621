ALTER TABLE people ADD COLUMN name text;

UPDATE people SET name = 'somebody';

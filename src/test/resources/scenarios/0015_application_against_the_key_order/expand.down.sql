ALTER TABLE accounts DROP COLUMN doubled;

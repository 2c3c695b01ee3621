ALTER TABLE accounts ADD COLUMN doubled bigint;

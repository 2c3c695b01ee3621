-- Written plainly. PostgreSQL would scan the table for it while nobody may read or write; Sluice instead adds
-- CHECK (status IS NOT NULL) NOT VALID, validates it beside the application, and then sets NOT NULL without a scan.
ALTER TABLE users ALTER COLUMN status SET NOT NULL;

-- Written plainly; Sluice adds the check NOT VALID first and validates it beside the application, and does NOT NULL
-- in the same way.
ALTER TABLE customers ADD CONSTRAINT customers_tier CHECK (tier IN ('gold', 'silver', 'bronze'));
ALTER TABLE customers ALTER COLUMN tier SET NOT NULL;

ALTER TABLE customers ADD COLUMN tier text;

-- Who is inserted from here on has no orders yet.
ALTER TABLE customers ALTER COLUMN tier SET DEFAULT 'bronze';

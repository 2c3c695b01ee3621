-- A journal that a rollback dropped itself, told from one that somebody else did.

ALTER TABLE undo ADD COLUMN restored_at timestamptz;  -- every row is back, from here on the journal may go; null: it is needed

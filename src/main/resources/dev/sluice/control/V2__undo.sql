-- How a run can be taken back, and what could not be put back.

-- One row a run: which columns expand added, and what follows from that.
CREATE TABLE undo (
  migration_id   text   NOT NULL REFERENCES migration,
  run            bigint NOT NULL,
  columns_before text[] NOT NULL,                -- of the table, before expand.up.sql first ran
  method         text   CHECK (method IN ('journal', 'schema', 'sql', 'none')),  -- null: expand is not over
  written        text[],                         -- the columns that are put back
  guarded        boolean,                        -- false: the journal tells which rows are done
  PRIMARY KEY (migration_id, run)
);

-- Rows that a rollback left as they are: the application has written their columns since.
CREATE TABLE conflict (
  migration_id text        NOT NULL REFERENCES migration,
  run          bigint      NOT NULL,
  key          text[]      NOT NULL,             -- one text a key column
  old_values   jsonb       NOT NULL,             -- column to the value before the run, as text: content of rows
  found_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (migration_id, run, key)
);

-- A rollback walks other ranges than its run.
ALTER TABLE partition ADD COLUMN direction text NOT NULL DEFAULT 'forward' CHECK (direction IN ('forward', 'back'));
ALTER TABLE partition DROP CONSTRAINT partition_pkey;
ALTER TABLE partition ADD PRIMARY KEY (migration_id, run, direction, number);

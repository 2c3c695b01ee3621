-- How operators steer a run from anywhere, and what a run says of itself at this moment.

-- One row a command. Nothing is deleted here: who has asked for what, and what came of it.
CREATE TABLE command (
  number       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  migration_id text        NOT NULL REFERENCES migration,
  command      text        NOT NULL CHECK (command IN ('pause', 'resume', 'stop', 'tune')),
  settings     text[]      NOT NULL DEFAULT '{}',  -- of tune, as given: chunk.rows=200
  epoch        bigint      CHECK ((epoch IS NOT NULL) = (command = 'stop')),  -- the launch that is to stop, and no later one
  given_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  given_by     text        NOT NULL,               -- database role, operating system user, process and host
  obeyed_at    timestamptz,                        -- null: no runner has yet
  obeyed_by    text,                               -- process and host of the runner
  answer       text,                               -- what came of it
  over_at      timestamptz                         -- null: a pause or tune holds, for later launches too
);

-- Asked by each runner a few times a second, and nearly always empty.
CREATE INDEX command_to_obey ON command (migration_id) WHERE obeyed_at IS NULL AND over_at IS NULL;
CREATE INDEX command_in_force ON command (migration_id, number) WHERE over_at IS NULL;

-- One row a migration, written by its runner: of no meaning once the epoch is not the ledger's, or the lock is free.
CREATE TABLE activity (
  migration_id    text        PRIMARY KEY REFERENCES migration,
  epoch           bigint      NOT NULL,
  listens         boolean     NOT NULL,            -- false: the launch is over, commands are no longer read
  waiting         text,                            -- null: it does not
  chunk_rows      int         NOT NULL,
  workers         int         NOT NULL,
  rows_per_second bigint,                          -- over the last ten seconds; null: no rows are being changed
  updated_at      timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);                          -- every update finds room in its page

ALTER TABLE history DROP CONSTRAINT history_cause_check;
ALTER TABLE history ADD CONSTRAINT history_cause_check
  CHECK (cause IN ('upgrade', 'start', 'end', 'force', 'repair', 'import', 'pause', 'resume', 'stop', 'tune'));

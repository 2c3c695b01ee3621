-- What became of each migration, and by whom; and what it depends on.

-- As its files said at the last launch: a rollback sees what stands on it without having read all other files.
ALTER TABLE migration ADD COLUMN depends_on text[] NOT NULL DEFAULT '{}';

-- Counted up whenever an operator sets a state by force: the jobs of the run begin anew.
ALTER TABLE migration ADD COLUMN attempt bigint NOT NULL DEFAULT 0;

-- One row a change of state, written with it. Nothing is ever changed or deleted here.
CREATE TABLE history (
  number       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  migration_id text        NOT NULL REFERENCES migration,
  run          bigint      NOT NULL,
  happened_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  cause        text        NOT NULL CHECK (cause IN ('upgrade', 'start', 'end', 'force', 'repair', 'import')),
  state_before text        NOT NULL,
  state        text        NOT NULL,
  checksum     text        NOT NULL,             -- of the files that ran, or that were accepted
  done_by      text        NOT NULL,             -- database role, process and host
  note         text                              -- why it failed, or what an operator was told
);

CREATE INDEX history_by_migration ON history (migration_id, number);

-- What was there before this table: how the last launch of each ended is known, the rest is not.
INSERT INTO history (migration_id, run, happened_at, cause, state_before, state, checksum, done_by, note)
SELECT id, run, coalesce(ended_at, started_at, now()), 'upgrade', state, state, checksum,
       coalesce(started_by, 'unknown'), failure
FROM migration
ORDER BY coalesce(ended_at, started_at, now());

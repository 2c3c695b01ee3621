-- Rows that a run has set aside because they failed for a reason of their own.

-- Never a row's content but its key: messages are stored without the values that PostgreSQL quotes.
CREATE TABLE quarantine (
  migration_id    text        NOT NULL REFERENCES migration,
  run             bigint      NOT NULL,
  key             text[]      NOT NULL,          -- one text a key column
  row_version     text        NOT NULL,          -- the row's xmin when it failed: one that was written since is tried again
  sqlstate        text,                          -- null: an exception of a Java transform, or a change that changes nothing
  message         text        NOT NULL,
  captured_through bigint,                       -- entries of the capture log up to this one are of the row as it failed; null: none was
  constraint_name text,                          -- that the row violates; null: another reason
  found_at        timestamptz NOT NULL DEFAULT now(),
  tries           int         NOT NULL DEFAULT 1,
  PRIMARY KEY (migration_id, run, key)
);

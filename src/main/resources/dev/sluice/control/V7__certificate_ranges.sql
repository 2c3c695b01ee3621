-- What a certificate is of, and the hashes of its key ranges: a later one tells which have changed.

-- One row a verification.
CREATE TABLE verification (
  migration_id text        NOT NULL REFERENCES migration,
  run          bigint      NOT NULL,
  verified_at  timestamptz NOT NULL,             -- when it began: as in certificate
  ended_at     timestamptz NOT NULL,
  walked       text,                             -- the table or undo journal whose rows are hashed; null: a sample, or none
  key_columns  text,                             -- what the ranges' bounds are values of, with the types
  columns      text[],                           -- what is hashed of a row besides its key
  PRIMARY KEY (migration_id, run, verified_at)
);

-- Of the latest verifications of a migration; older ones lose theirs.
CREATE TABLE certificate_range (
  migration_id text        NOT NULL,
  run          bigint      NOT NULL,
  verified_at  timestamptz NOT NULL,
  number       int         NOT NULL,             -- from 1, in key order
  after_key    text[],                           -- exclusive; null: from the first key
  through_key  text[],                           -- inclusive; null: to the last key
  tail         boolean     NOT NULL,             -- the last keys, too few for a range yet: cut anew the next time
  rows         bigint      NOT NULL,             -- that were compared
  hash         uuid,                             -- of their keys and values; null: not all could be computed
  PRIMARY KEY (migration_id, run, verified_at, number),
  FOREIGN KEY (migration_id, run, verified_at) REFERENCES verification ON DELETE CASCADE
);

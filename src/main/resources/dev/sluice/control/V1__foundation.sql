-- The tables of the program itself. Flyway runs this file once, in the schema "sluice".

-- The ledger: one row a migration that was ever launched.
CREATE TABLE migration (
  id           text PRIMARY KEY,
  checksum     text        NOT NULL,
  state        text        NOT NULL CHECK (state IN ('pending', 'running', 'paused', 'stopped', 'failed', 'dirty',
                 'completed', 'rolling_back', 'rolled_back', 'cleaning', 'cleaned')),
  run          bigint      NOT NULL DEFAULT 1,   -- identifies the job instance, counted up after a rollback
  epoch        bigint      NOT NULL DEFAULT 0,   -- counted up whenever a runner takes the migration's lock
  runner       text,                             -- host and process of the last runner, for messages
  started_at   timestamptz,                      -- of the last launch
  ended_at     timestamptz,
  started_by   text,                             -- database role and operating system user
  failure      text                              -- one line, null when the last launch did not fail
);

-- The key ranges of a run's partitions: computed once, so that a crash while splitting cannot move them.
CREATE TABLE partition (
  migration_id text   NOT NULL REFERENCES migration,
  run          bigint NOT NULL,
  number       int    NOT NULL,                  -- from 1, in key order
  key_columns  text   NOT NULL,                  -- what the bounds are values of
  after_key    text[],                           -- exclusive; null: from the first key
  through_key  text[],                           -- inclusive; null: to the last key
  PRIMARY KEY (migration_id, run, number)
);

-- How far each script of a migration got: written in the transaction of the statements it counts.
CREATE TABLE script (
  migration_id    text        NOT NULL,
  kind            text        NOT NULL,          -- the file's name: expand.up.sql
  statements_done int         NOT NULL,
  done_digest     text        NOT NULL,          -- SHA-256 over those statements: a changed file is noticed
  attempting      text,                          -- digest of one outside a transaction that may have happened
  completed       boolean     NOT NULL DEFAULT false,
  updated_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (migration_id, kind)
);

-- What the table looked like before the first row changed: captured once a run.
CREATE TABLE baseline (
  migration_id text        NOT NULL REFERENCES migration,
  run          bigint      NOT NULL,
  rows_total   bigint      NOT NULL,             -- exact if the definition checks the row count, else an estimate
  exact        boolean     NOT NULL,
  rows_to_do   bigint      NOT NULL,             -- an estimate: rows under the guard
  captured_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (migration_id, run)
);

-- What verify found: one row a check, one set of rows a verification.
CREATE TABLE certificate (
  migration_id text        NOT NULL REFERENCES migration,
  run          bigint      NOT NULL,
  verified_at  timestamptz NOT NULL,
  number       int         NOT NULL,             -- order of the checks, from 1
  name         text        NOT NULL,
  passed       boolean     NOT NULL,
  detail       text        NOT NULL,             -- facts for an operator; never a row's content but its key
  PRIMARY KEY (migration_id, run, verified_at, number)
);

-- Spring Batch's own tables (schema-postgresql.sql of version 6.0), with the indexes that the stock script lacks.
CREATE TABLE batch_job_instance (
  job_instance_id BIGINT NOT NULL PRIMARY KEY,
  version BIGINT,
  job_name VARCHAR(100) NOT NULL,
  job_key VARCHAR(32) NOT NULL,
  CONSTRAINT job_inst_un UNIQUE (job_name, job_key)
);

CREATE TABLE batch_job_execution (
  job_execution_id BIGINT NOT NULL PRIMARY KEY,
  version BIGINT,
  job_instance_id BIGINT NOT NULL,
  create_time TIMESTAMP NOT NULL,
  start_time TIMESTAMP DEFAULT NULL,
  end_time TIMESTAMP DEFAULT NULL,
  status VARCHAR(10),
  exit_code VARCHAR(2500),
  exit_message VARCHAR(2500),
  last_updated TIMESTAMP,
  CONSTRAINT job_inst_exec_fk FOREIGN KEY (job_instance_id)
  REFERENCES batch_job_instance(job_instance_id)
);

CREATE TABLE batch_job_execution_params (
  job_execution_id BIGINT NOT NULL,
  parameter_name VARCHAR(100) NOT NULL,
  parameter_type VARCHAR(100) NOT NULL,
  parameter_value VARCHAR(2500),
  identifying CHAR(1) NOT NULL,
  CONSTRAINT job_exec_params_fk FOREIGN KEY (job_execution_id)
  REFERENCES batch_job_execution(job_execution_id)
);

CREATE TABLE batch_step_execution (
  step_execution_id BIGINT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  step_name VARCHAR(100) NOT NULL,
  job_execution_id BIGINT NOT NULL,
  create_time TIMESTAMP NOT NULL,
  start_time TIMESTAMP DEFAULT NULL,
  end_time TIMESTAMP DEFAULT NULL,
  status VARCHAR(10),
  commit_count BIGINT,
  read_count BIGINT,
  filter_count BIGINT,
  write_count BIGINT,
  read_skip_count BIGINT,
  write_skip_count BIGINT,
  process_skip_count BIGINT,
  rollback_count BIGINT,
  exit_code VARCHAR(2500),
  exit_message VARCHAR(2500),
  last_updated TIMESTAMP,
  CONSTRAINT job_exec_step_fk FOREIGN KEY (job_execution_id)
  REFERENCES batch_job_execution(job_execution_id)
);

CREATE TABLE batch_step_execution_context (
  step_execution_id BIGINT NOT NULL PRIMARY KEY,
  short_context VARCHAR(2500) NOT NULL,
  serialized_context TEXT,
  CONSTRAINT step_exec_ctx_fk FOREIGN KEY (step_execution_id)
  REFERENCES batch_step_execution(step_execution_id)
);

CREATE TABLE batch_job_execution_context (
  job_execution_id BIGINT NOT NULL PRIMARY KEY,
  short_context VARCHAR(2500) NOT NULL,
  serialized_context TEXT,
  CONSTRAINT job_exec_ctx_fk FOREIGN KEY (job_execution_id)
  REFERENCES batch_job_execution(job_execution_id)
);

CREATE SEQUENCE batch_step_execution_seq MAXVALUE 9223372036854775807 NO CYCLE;
CREATE SEQUENCE batch_job_execution_seq MAXVALUE 9223372036854775807 NO CYCLE;
CREATE SEQUENCE batch_job_instance_seq MAXVALUE 9223372036854775807 NO CYCLE;

CREATE INDEX batch_job_execution_by_instance ON batch_job_execution (job_instance_id);
CREATE INDEX batch_job_execution_params_by_execution ON batch_job_execution_params (job_execution_id);
CREATE INDEX batch_step_execution_by_job_execution ON batch_step_execution (job_execution_id);

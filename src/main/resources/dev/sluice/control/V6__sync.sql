-- A completed migration with sync: capture catches up with what the application changes, again and again.

-- Counted up when one is over: together with the run it identifies the job instance of the next.
ALTER TABLE migration ADD COLUMN catch_up bigint NOT NULL DEFAULT 0;

-- When the last one was over; null: there was none.
ALTER TABLE migration ADD COLUMN caught_up_at timestamptz;

-- The contract step, a job of its own: cleanup drops the old side once the run is completed, verified again, and a week
-- old. From then on no version of the application may read or write full_name. There is no way back: names that were
-- spelt with double blanks are not kept anywhere.
ALTER TABLE users DROP COLUMN full_name;

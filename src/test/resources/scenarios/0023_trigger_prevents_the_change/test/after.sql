-- Each statement must return true.
SELECT count(*) = 499 FROM contracts WHERE version = 1;

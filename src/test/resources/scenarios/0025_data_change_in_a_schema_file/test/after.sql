-- Each statement must return true.
SELECT count(*) = 1 FROM information_schema.columns WHERE table_name = 'people';

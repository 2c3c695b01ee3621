-- Each statement must return true.
SELECT count(*) = 1 FROM members WHERE email <> lower(email) AND id IN (250, 501);

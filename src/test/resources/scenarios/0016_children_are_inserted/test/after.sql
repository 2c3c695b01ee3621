-- Each statement must return true.
SELECT bool_and(email = 'member' || id || '@example.com') FROM members;
SELECT count(*) > 200 AND bool_and(email = 'member' || member_id || '@example.com') FROM visits;

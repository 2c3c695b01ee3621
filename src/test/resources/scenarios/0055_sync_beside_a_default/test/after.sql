SELECT count(*) = 0 FROM account WHERE handle IS DISTINCT FROM lower(login);

SELECT count(*) = 3 FROM account WHERE handle = 'changed';

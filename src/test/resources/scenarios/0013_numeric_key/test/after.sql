-- Each statement must return true.
SELECT count(*) = 1006 FROM amounts WHERE sign IS NOT NULL;
SELECT sign = '?' FROM amounts WHERE amount = 'NaN';
SELECT count(*) = 2 FROM amounts WHERE sign = '-';

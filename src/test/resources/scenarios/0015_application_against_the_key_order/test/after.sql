-- Each statement must return true.
SELECT bool_and(doubled = 2 * balance) FROM accounts;
SELECT bool_and(seen = (SELECT count(*) FROM rounds)) FROM accounts WHERE id % 100 = 0;

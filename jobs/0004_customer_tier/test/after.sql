-- Each statement must return true.
SELECT bool_and(tier = CASE WHEN id % 15 >= 10 THEN 'gold' WHEN id % 15 >= 3 THEN 'silver' ELSE 'bronze' END)
FROM customers
WHERE id BETWEEN 11 AND 3000;

-- Without orders.
SELECT count(*) = 200 AND bool_and(tier = 'bronze')
FROM customers
WHERE id BETWEEN 11 AND 3000
    AND id % 15 = 0;

SELECT bool_and(tier = 'bronze') FROM customers WHERE id > 3000;

SELECT attnotnull FROM pg_attribute WHERE attrelid = 'customers'::regclass AND attname = 'tier';
SELECT convalidated FROM pg_constraint WHERE conrelid = 'customers'::regclass AND conname = 'customers_tier';

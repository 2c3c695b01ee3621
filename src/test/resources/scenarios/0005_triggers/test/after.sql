-- Each statement must return true.
SELECT bool_and(price = 2 * id AND updated_at IS NOT NULL) FROM products;
SELECT count(*) = 3000 AND count(DISTINCT product_id) = 3000 AND bool_and(new_price = 2 * old_price) FROM audit;
-- No update of the application is lost.
SELECT sum(seen) > 0 AND sum(seen) % 3 = 0 FROM products;

CREATE MATERIALIZED VIEW sales AS
SELECT sku, sum(quantity) AS sold, sum(quantity * price_cents) AS cents
FROM order_items JOIN products USING (sku)
GROUP BY sku;
CREATE UNIQUE INDEX sales_sku ON sales (sku);
REFRESH MATERIALIZED VIEW CONCURRENTLY sales;

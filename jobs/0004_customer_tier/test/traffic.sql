-- Ten customers who keep ordering: each order holds its customer's key, which the run must not wait for, nor block.
INSERT INTO orders (customer_id, total_cents) VALUES (1 + floor(random() * 10)::bigint, 4200);

INSERT INTO customers (name)
SELECT 'New customer'
WHERE (SELECT count(*) FROM customers) < 5000;

-- Several rows at once and against the order of the key: whoever waits for whom, the application gets no deadlock.
UPDATE products SET seen = seen + 1 WHERE id = (SELECT 2001 + floor(random() * 1000)::int);
UPDATE products SET seen = seen + 1 WHERE id = (SELECT 1001 + floor(random() * 1000)::int);
UPDATE products SET seen = seen + 1 WHERE id = (SELECT 1 + floor(random() * 1000)::int);

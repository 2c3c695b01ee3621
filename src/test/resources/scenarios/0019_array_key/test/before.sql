CREATE TABLE paths (path int[] PRIMARY KEY, depth int);

INSERT INTO paths (path)
SELECT array_fill(n, ARRAY[n % 4])  || n
FROM generate_series(1, 500) AS n;
INSERT INTO paths (path) VALUES ('{}'), ('{NULL,1}'), ('{{1,2},{3,4}}');

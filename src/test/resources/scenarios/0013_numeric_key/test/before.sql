CREATE TABLE amounts (
    amount numeric PRIMARY KEY,
    sign text
);

INSERT INTO amounts (amount)
SELECT 9007199254740993 + n / 1000000000000000000.0
FROM generate_series(1, 1000) AS n;

INSERT INTO amounts (amount) VALUES ('NaN'), (-1), (0.00), (1.50), (1e300), (-1e-300);

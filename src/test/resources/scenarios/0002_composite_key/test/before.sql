CREATE TABLE documents (
    tenant text NOT NULL,
    no int NOT NULL,
    title text,
    seen_at timestamptz,
    PRIMARY KEY (tenant, no)
);

INSERT INTO documents (tenant, no)
SELECT tenant, no
FROM unnest(ARRAY['a', 'B', 'b', 'é', 'Z', 'ß', '', ' ', 'a b', E'tab\t', 'quote''"\\', '{x,y}', 'NULL', '🦊']) AS tenant,
    generate_series(-50, 249) AS no;

CREATE TABLE people (
    id bigint PRIMARY KEY,
    first_name text,
    last_name text,
    full_name text GENERATED ALWAYS AS (first_name || last_name) STORED
);
INSERT INTO people (id, first_name) VALUES (1, 'Plato');

CREATE TABLE people (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    last_name text
);
INSERT INTO people (id, name) VALUES (1, 'Ada Lovelace');

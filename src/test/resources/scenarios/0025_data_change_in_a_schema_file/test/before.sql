CREATE TABLE people (id bigint PRIMARY KEY);
INSERT INTO people VALUES (1);

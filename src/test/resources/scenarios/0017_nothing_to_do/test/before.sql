CREATE TABLE empty_one (id bigint PRIMARY KEY, amount int NOT NULL);

CREATE TABLE members (id bigint PRIMARY KEY, email text NOT NULL CONSTRAINT one_member_an_address UNIQUE);

INSERT INTO members (id, email)
SELECT n, 'Member' || n || '@example.com'
FROM generate_series(1, 500) AS n;
INSERT INTO members (id, email) VALUES (501, 'MEMBER250@example.com');

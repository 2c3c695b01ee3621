CREATE TABLE members (id bigint PRIMARY KEY, email text NOT NULL CONSTRAINT one_member_an_address UNIQUE);

INSERT INTO members (id, email)
SELECT n, CASE WHEN n = 250 THEN 'member' ELSE 'Member' END || n || '@example.com'
FROM generate_series(1, 500) AS n;
INSERT INTO members (id, email) VALUES (501, 'MEMBER250@example.com');

CREATE TABLE members (
    id bigint PRIMARY KEY,
    email text NOT NULL UNIQUE
);
CREATE TABLE visits (
    member_id bigint NOT NULL REFERENCES members (id),
    email text NOT NULL REFERENCES members (email) ON UPDATE CASCADE
);

INSERT INTO members (id, email)
SELECT n, 'Member' || n || '@Example.com'
FROM generate_series(1, 2000) AS n;

INSERT INTO visits (member_id, email)
SELECT id, email
FROM members
WHERE id % 10 = 0;

CREATE INDEX visits_email ON visits (email);

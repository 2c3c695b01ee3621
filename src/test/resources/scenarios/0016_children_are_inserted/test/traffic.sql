INSERT INTO visits (member_id, email)
SELECT id, email
FROM members
WHERE id = (SELECT 1 + floor(random() * 2000)::bigint)
FOR KEY SHARE;

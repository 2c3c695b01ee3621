-- Behind the place, as long as the run is not at its end: row 4000, if it is still to do, is held meanwhile.
WITH still_to_do AS (
    SELECT id FROM jobs_done WHERE id = 4000 AND result IS NULL FOR UPDATE
)
INSERT INTO jobs_done (id, input)
SELECT nextval('late'), 7
FROM still_to_do;

DELETE FROM jobs_done WHERE id = (SELECT 3000 + floor(random() * 900)::bigint);

-- Done by the application itself.
UPDATE jobs_done SET result = 2 * input WHERE id = (SELECT 1000 + floor(random() * 2000)::bigint);

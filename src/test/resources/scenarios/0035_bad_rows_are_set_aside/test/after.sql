SELECT count(*) = 6 FROM "Order" WHERE cents IS NULL;
SELECT count(*) = 1595 + 1 - 1 FROM "Order" WHERE cents = ("Price"::numeric * 100)::numeric AND label IS NOT NULL AND "Price" <> '1e9';
SELECT array_agg(array_to_string(key, ' ') || ' ' || sqlstate || coalesce(' ' || constraint_name, '') ORDER BY key)
    FILTER (WHERE sqlstate <> '23505')
    = ARRAY['Z1 1 22003', 'a100 1 22P02', 'a100 2 22P02', '{,"}5 1 22P02', 'ä9 2 23514 never : negative?']
FROM sluice.quarantine;
SELECT count(*) = 1 FROM sluice.quarantine WHERE sqlstate = '23505' AND key IN ('{a7,1}', '{A7,1}') AND constraint_name = 'one_label';
SELECT state = 'completed' FROM sluice.migration WHERE id = '0035_bad_rows_are_set_aside';

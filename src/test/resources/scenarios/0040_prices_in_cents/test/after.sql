-- Every row from before once, whatever its key is by now.
SELECT count(*) = 0 FROM goods WHERE old AND price <> was * 100;
-- The first ones of the others came before the run did; those that came later are new already.
SELECT count(*) > 0 FROM goods WHERE NOT old AND price = was;
SELECT count(*) = 0 FROM goods WHERE NOT old AND price <> was AND price <> was * 100;

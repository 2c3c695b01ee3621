-- Every row that is there, also under another key.
SELECT count(*) = 0 FROM goods WHERE price <> was;
SELECT count(*) > 0 FROM goods WHERE code LIKE 'moved%';
SELECT count(*) = 0 FROM sluice.conflict;

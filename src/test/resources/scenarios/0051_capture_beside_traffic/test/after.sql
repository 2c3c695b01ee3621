SELECT count(*) = 0
FROM "Title"
WHERE id <> 3001 AND slug IS DISTINCT FROM lower(replace(coalesce("Text", ''), ' ', '-'));

SELECT "Text" = 'Both' AND slug = 'own' FROM "Title" WHERE id = 3001;

SELECT bool_or(id > 10000 AND slug = 'born-here') AND bool_or(id < 0 AND slug = 'moved') FROM "Title";

SELECT count(*) = 0 FROM sluice.captured_0051_capture_beside_traffic;

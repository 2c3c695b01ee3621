SELECT count(*) = 0 FROM "Title" WHERE id <> 3001 AND slug IS NOT NULL;

SELECT "Text" = 'Both' AND slug = 'own' FROM "Title" WHERE id = 3001;

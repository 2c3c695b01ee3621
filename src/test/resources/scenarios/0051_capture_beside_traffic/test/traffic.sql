-- The old version: behind every cursor and before it, in its key too.
INSERT INTO "Title" ("Text") SELECT 'Born Here' WHERE (SELECT count(*) FROM "Title" WHERE id > 10000) < 100;
UPDATE "Title" SET "Text" = 'New ' || floor(random() * 1000000) WHERE id = (SELECT 1 + floor(random() * 1500)::bigint);
UPDATE "Title" SET "Text" = NULL WHERE id = (SELECT 1501 + floor(random() * 50)::bigint);
DELETE FROM "Title" WHERE id = (SELECT 1601 + floor(random() * 100)::bigint);
UPDATE "Title" SET id = -id, "Text" = 'Moved' WHERE id = (SELECT 1701 + floor(random() * 100)::bigint);
UPDATE "Title" SET slug = NULL WHERE id = (SELECT 1801 + floor(random() * 100)::bigint);

-- The new one, which knows better.
UPDATE "Title" SET "Text" = 'Both', slug = 'own' WHERE id = 3001;

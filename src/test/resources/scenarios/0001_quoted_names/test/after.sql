-- Each statement must return true.
SELECT count(*) = 1000 AND bool_and("select" = 'v' || "Id" || '!' AND "Sum %s" = "Id" + 1) FROM "App Data"."Order";
SELECT "select" IS NULL FROM "order";

ALTER TABLE "App Data"."Order" ADD COLUMN "select" text;
ALTER TABLE "App Data"."Order" ADD COLUMN "Sum %s" int;

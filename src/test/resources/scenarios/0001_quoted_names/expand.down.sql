ALTER TABLE "App Data"."Order" DROP COLUMN "Sum %s";
ALTER TABLE "App Data"."Order" DROP COLUMN "select";

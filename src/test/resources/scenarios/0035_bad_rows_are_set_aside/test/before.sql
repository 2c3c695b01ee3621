CREATE TABLE "Order" (
    "Group" text,
    variant int,
    "Price" text NOT NULL,
    cents int CONSTRAINT "never : negative?" CHECK (cents >= 0),
    label text
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_collation WHERE collname = 'de-x-icu') THEN
        ALTER TABLE "Order" ALTER COLUMN "Group" TYPE text COLLATE "de-x-icu";
    END IF;
END
$$;
ALTER TABLE "Order" ADD PRIMARY KEY ("Group", variant);
CREATE UNIQUE INDEX one_label ON "Order" (label);

INSERT INTO "Order" ("Group", variant, "Price")
SELECT prefix || n, variant, n || '.25'
FROM unnest(ARRAY['a', 'ä', 'Z', '{,"}']) AS prefix,
    generate_series(1, 200) AS n,
    generate_series(1, 2) AS variant;
-- the second one to come is the bad one
INSERT INTO "Order" ("Group", variant, "Price") VALUES ('A7', 1, '1');
UPDATE "Order" SET "Price" = 'ask' WHERE ("Group", variant) IN (('a100', 1), ('a100', 2), ('{,"}5', 1));
UPDATE "Order" SET "Price" = '-1' WHERE ("Group", variant) = ('ä9', 2);
UPDATE "Order" SET "Price" = '1e9' WHERE ("Group", variant) = ('Z1', 1);

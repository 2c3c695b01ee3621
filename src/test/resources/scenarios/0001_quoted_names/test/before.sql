CREATE SCHEMA "App Data";
CREATE TABLE "App Data"."Order" (
    "Id" bigint PRIMARY KEY,
    "group" text NOT NULL DEFAULT 'x',
    "a""b:c?" text NOT NULL,
    "user" int NOT NULL
);
-- One that a name without quotes would find.
CREATE TABLE "order" (id bigint PRIMARY KEY, "select" text);
INSERT INTO "order" VALUES (1, NULL);

INSERT INTO "App Data"."Order" ("Id", "a""b:c?", "user")
SELECT n, 'v' || n, n
FROM generate_series(1, 1000) AS n;

package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Script.Kind;
import dev.sluice.testing.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;

@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class DropPreviewIT {

  private final ScriptTrial trial;

  DropPreviewIT(PostgresServer server) {
    trial = new ScriptTrial(server);
  }

  @BeforeEach
  void seed() {
    trial.database.execute(
        """
        CREATE SCHEMA "App";
        CREATE TABLE "App"."Order" (id int PRIMARY KEY, "Full Name" text, half text, fresh int);
        INSERT INTO "App"."Order"
        SELECT i, repeat('x', 99), CASE WHEN i % 2 = 0 THEN repeat('y', 99) END FROM generate_series(1, 10000) AS i;
        CREATE TABLE parts (id int, note text) PARTITION BY RANGE (id);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (500);
        CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (500) TO (1001);
        CREATE INDEX parts_id ON parts (id);
        INSERT INTO parts SELECT i, repeat('z', 9) FROM generate_series(1, 1000) AS i;
        CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM parts;
        ANALYZE "App"."Order", parts, totals;
        CREATE TABLE never (id int, a text);
        INSERT INTO never VALUES (1, 'a');
        """);
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @Test
  void saysWhatGoesAndHowBigItIs() {
    assertThat(
            losses(
                """
                DROP TABLE IF EXISTS "App"."Order", missing, parts CASCADE;
                DROP MATERIALIZED VIEW totals;
                TRUNCATE TABLE ONLY never, "App"."Order" RESTART IDENTITY;
                DROP SCHEMA "App";
                """))
        .containsExactly(
            "table \"App\".\"Order\": "
                + pretty("'\"App\".\"Order\"'")
                + ", about 10,000 rows, and whatever depends on it (CASCADE)",
            "table public.parts: "
                + CatalogSizes.pretty(total("'parts_1'") + total("'parts_2'"))
                + ", about 1,000 rows, and whatever depends on it (CASCADE)",
            "materialized view public.totals: " + pretty("'totals'") + ", about 1 row",
            "rows of table public.never: "
                + pretty("'never'")
                + ", number of rows unknown (never analysed)",
            "rows of table \"App\".\"Order\": "
                + pretty("'\"App\".\"Order\"'")
                + ", about 10,000 rows",
            "schema \"App\": " + pretty("'\"App\".\"Order\"'") + ", about 10,000 rows");
  }

  @Test
  void aColumnIsEstimated() {
    assertThat(
            losses(
                """
                ALTER TABLE "App"."Order" DROP COLUMN "Full Name", DROP half CASCADE,
                  DROP COLUMN IF EXISTS nobody, DROP CONSTRAINT c, ALTER fresh DROP DEFAULT, DROP fresh;
                ALTER TABLE parts DROP note;
                ALTER TABLE never DROP COLUMN a;
                ALTER TABLE IF EXISTS missing DROP COLUMN a;
                ALTER TABLE parts ALTER note DROP NOT NULL;
                """))
        .containsExactly(
            "column \"App\".\"Order\".\"Full Name\": about 977 kB (the planner's estimate), and"
                + " whatever depends on it (CASCADE)",
            "column \"App\".\"Order\".half: about 488 kB (the planner's estimate), and whatever"
                + " depends on it (CASCADE)",
            "column \"App\".\"Order\".fresh: about 0 bytes (the planner's estimate), and whatever"
                + " depends on it (CASCADE)",
            "column public.parts.note: about 9.8 kB (the planner's estimate)",
            "column public.never.a: size unknown (never analysed)");
  }

  @Test
  void indexesAreSaidByTheirNames() {
    assertThat(
            losses("DROP INDEX CONCURRENTLY IF EXISTS \"App\".\"Order_pkey\", missing, parts_id;"))
        .containsExactly(
            "index \"App\".\"Order_pkey\": " + pretty("'\"App\".\"Order_pkey\"'"),
            "index public.parts_id: "
                + CatalogSizes.pretty(total("'parts_1_id_idx'") + total("'parts_2_id_idx'")));
  }

  @Test
  void aWrongKindAndWhatDropsNothingAreLeftOut() {
    assertThat(
            losses(
                """
                DROP TABLE totals;
                DROP INDEX never;
                DROP VIEW v; DROP FUNCTION f(); COMMENT ON TABLE never IS 'DROP TABLE parts';
                -- DROP TABLE parts;
                DROP TABLE a.b.c;
                """))
        .isEmpty();
  }

  @Test
  void aBlockIsNamedAndTheFileAndLineAreKnown() {
    List<Loss> losses =
        new DropPreview(new JdbcTemplate(trial.database.dataSource()))
            .of(
                List.of(
                    ScriptTrial.script(Kind.CLEANUP_UP, "\nDO $$ BEGIN DROP TABLE parts; END $$;"),
                    ScriptTrial.script(Kind.EXPAND_DOWN, "BEGIN;\n\nDROP TABLE never;\nCOMMIT;")));
    assertThat(losses)
        .extracting(loss -> loss.file().getFileName() + ":" + loss.line() + " " + loss.object())
        .containsExactly(
            "cleanup.up.sql:2 the block on line 2", "expand.down.sql:3 table public.never");
    assertThat(losses.get(0))
        .hasToString("the block on line 2: drops or alters what is known only when it runs");
  }

  @Test
  void sizesReadAsPeopleSayThem() {
    assertThat(CatalogSizes.pretty(0)).isEqualTo("0 bytes");
    assertThat(CatalogSizes.pretty(8192)).isEqualTo("8.0 kB");
    assertThat(CatalogSizes.pretty(1_288_490_189L)).isEqualTo("1.2 GB");
    assertThat(CatalogSizes.pretty(5_000L << 40)).isEqualTo("5000 TB");
  }

  private List<String> losses(String text) {
    return new DropPreview(new JdbcTemplate(trial.database.dataSource()))
        .of(List.of(ScriptTrial.script(Kind.CLEANUP_UP, text))).stream()
            .map(Loss::toString)
            .toList();
  }

  private long total(String relation) {
    return Long.parseLong(trial.text("SELECT pg_total_relation_size(" + relation + ")"));
  }

  private String pretty(String relation) {
    return CatalogSizes.pretty(total(relation));
  }
}

package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sync trigger on tables, and under statements, of all shapes. */
class SyncShapesIT {

  @TempDir private Path jobs;

  private void on(PostgresServer server, Consumer<TestDatabase> test) {
    try (TestDatabase database = server.newDatabase()) {
      test.accept(database);
    }
  }

  private Program program(TestDatabase database) {
    return new Program(database, jobs, "0001_sync");
  }

  private static String text(TestDatabase database, String sql) {
    return database.jdbc().sql(sql).query(String.class).single();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void quotedNamesCompositeKeysAndTypesWithoutEquality(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE SCHEMA "App";
              CREATE TABLE "App"."Order" ("Id" int, "select" text, "Total €" numeric(10, 2), data json,
                "new" text, "Empty?" boolean NOT NULL DEFAULT false, PRIMARY KEY ("Id", "select"));
              INSERT INTO "App"."Order" VALUES (1, 'a', 1.5, '{"v": "x"}');
              """);
          Program program =
              program(database)
                  .define(
                      """
                      table: '"App"."Order"'
                      where: NOT "Empty?" AND "select" <> 'out'
                      set:
                        '"new"': "\\"Order\\".data ->> 'v' /* json */"
                        '"Empty?"': "true"
                      undo: journal
                      sync: trigger
                      """);
          program.run().done();
          database.execute(
              """
              UPDATE "App"."Order" SET data = '{"v":  "y"}';
              INSERT INTO "App"."Order" VALUES (2, 'b', 2, '{"v": "z"}'), (3, 'out', 3, '{"v": "o"}');
              UPDATE "App"."Order" SET "Total €" = 2.00 WHERE "Id" = 2;
              UPDATE "App"."Order" SET "select" = 'moved', data = '{"v": "m"}' WHERE "Id" = 2;
              """);
          String rows =
              "SELECT string_agg(concat_ws('|', \"Id\", \"select\", coalesce(\"new\", '-'), \"Empty?\"),"
                  + " ', ' ORDER BY \"Id\") FROM \"App\".\"Order\"";
          assertThat(text(database, rows)).isEqualTo("1|a|y|t, 2|moved|m|t, 3|out|-|f");
          program.command("verify").done();
          program.rollback().done();
          assertThat(text(database, rows)).isEqualTo("1|a|-|f, 2|moved|-|f, 3|out|-|f");
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void partitionsOfAllShapesAndRowsThatMoveBetweenThem(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE TABLE event (day date, id int, v text, w text, PRIMARY KEY (day, id))
                PARTITION BY RANGE (day);
              CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
              CREATE TABLE event_2 (w text, gone int, v text, id int NOT NULL, day date NOT NULL);
              ALTER TABLE event_2 DROP COLUMN gone;
              ALTER TABLE event ATTACH PARTITION event_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
              INSERT INTO event VALUES ('2026-01-05', 1, 'a'), ('2026-02-05', 2, 'b');
              """);
          Program program =
              program(database)
                  .define(
                      """
                      table: event
                      where: w IS NULL
                      set: {w: upper(v)}
                      undo: journal
                      sync: {mode: trigger, reverse: {v: lower(w)}}
                      """);
          program.run().done();
          database.execute(
              """
              CREATE TABLE event_3 PARTITION OF event FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
              INSERT INTO event VALUES ('2026-01-06', 3, 'c'), ('2026-02-06', 4, 'd'), ('2026-03-06', 5, 'e');
              INSERT INTO event_2 (day, id, w) VALUES ('2026-02-07', 6, 'F');
              UPDATE event SET v = v || v, day = day + 31 WHERE id = 1;
              UPDATE event SET v = v || v WHERE id IN (2, 5);
              """);
          String rows =
              "SELECT string_agg(concat_ws('|', id, v, coalesce(w, '-')), ', ' ORDER BY id) FROM event";
          assertThat(text(database, rows))
              .isEqualTo("1|aa|AA, 2|bb|BB, 3|c|C, 4|d|D, 5|ee|EE, 6|f|F");
          database.execute("ALTER TABLE event_2 DISABLE TRIGGER ALL");
          assertThat(program.rollback().exitCode()).isIn(0, 8);
          assertThat(text(database, rows))
              .isEqualTo("1|aa|AA, 2|bb|-, 3|c|-, 4|d|-, 5|ee|-, 6|f|F");
          assertThat(database.count("pg_trigger WHERE NOT tgisinternal")).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void seesWhatOtherTriggersMakeOfARow(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE TABLE item (id int PRIMARY KEY, raw text, v text, w text);
              CREATE FUNCTION derive() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN NEW.v := NEW.raw || ''!''; RETURN NEW; END';
              CREATE TRIGGER zz_derive BEFORE INSERT OR UPDATE ON item
                FOR EACH ROW EXECUTE FUNCTION derive();
              INSERT INTO item VALUES (1, 'a');
              """);
          Program program =
              program(database)
                  .define(
                      """
                      table: item
                      where: w IS NULL
                      set: {w: upper(v)}
                      sync: trigger
                      """);
          program.run().done();
          database.execute(
              """
              UPDATE item SET raw = 'b';
              INSERT INTO item (id, raw) VALUES (2, 'c');
              """);
          assertThat(text(database, "SELECT string_agg(w, ',' ORDER BY id) FROM item"))
              .isEqualTo("B!,C!");
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void followsWhatTheTablesTriggersWriteDuringOurChunk(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE TABLE item (id int PRIMARY KEY, v text, w text);
              INSERT INTO item SELECT n, 'a' FROM generate_series(1, 300) AS n;
              CREATE FUNCTION others() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN UPDATE item SET v = ''other'' WHERE id = NEW.id / 2 AND v <> ''other''; RETURN NULL; END';
              CREATE TRIGGER others AFTER UPDATE ON item
                FOR EACH ROW WHEN (NEW.id IN (4, 300)) EXECUTE FUNCTION others();
              CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN NEW.v := ''own''; RETURN NEW; END';
              CREATE TRIGGER own BEFORE UPDATE ON item
                FOR EACH ROW WHEN (NEW.id = 7) EXECUTE FUNCTION own();
              """);
          Program program =
              program(database)
                  .define(
                      """
                      table: item
                      where: w IS NULL
                      set: {w: upper(v)}
                      undo: journal
                      sync: trigger
                      chunk: {rows: 100}
                      workers: 1
                      """);
          program.run().done();
          assertThat(
                  text(database, "SELECT string_agg(w, ',' ORDER BY id) FROM item WHERE w <> 'A'"))
              .isEqualTo("OTHER,OWN,OTHER");
          program.command("verify").done();
          program.rollback().done();
          assertThat(database.count("item WHERE w IS NOT NULL")).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void allStatementsThatWrite(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute("CREATE TABLE item (id int PRIMARY KEY, v text, w text)");
          database.execute("INSERT INTO item VALUES (1, 'a')");
          Program program =
              program(database)
                  .define(
                      """
                      table: item
                      where: w IS NULL AND v IS NOT NULL
                      set: {w: upper(v)}
                      undo: journal
                      sync: trigger
                      """);
          program.run().done();
          database.execute(
              """
              COPY item (id, v) FROM PROGRAM 'printf "10\\tcopied\\n11\\tand\\n"';
              INSERT INTO item (id, v) SELECT id + 10, v FROM item WHERE id >= 10;
              WITH moved AS (DELETE FROM item WHERE id = 10 RETURNING *)
              INSERT INTO item (id, v) SELECT 30, v FROM moved;
              INSERT INTO item (id, v) VALUES (1, 'again'), (2, 'first')
                ON CONFLICT (id) DO UPDATE SET v = excluded.v || '!';
              UPDATE item SET v = NULL WHERE id = 11;
              """);
          if (database.count(
                  "pg_settings WHERE name = 'server_version_num' AND setting::int >= 150000")
              > 0) {
            database.execute(
                """
                MERGE INTO item USING (VALUES (20, 'merged'), (40, 'new')) AS s(id, v) ON s.id = item.id
                WHEN MATCHED THEN UPDATE SET v = s.v
                WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v);
                """);
          } else {
            database.execute(
                "UPDATE item SET v = 'merged' WHERE id = 20; INSERT INTO item VALUES (40, 'new')");
          }
          String rows =
              "SELECT string_agg(concat_ws('|', id, coalesce(v, '-'), coalesce(w, '-')), ', ' ORDER BY id) FROM item";
          assertThat(text(database, rows))
              .isEqualTo(
                  "1|again!|AGAIN!, 2|first|FIRST, 11|-|-, 20|merged|MERGED, 21|and|AND,"
                      + " 30|copied|COPIED, 40|new|NEW");
          program.command("verify").done();
          program.rollback().done();
          assertThat(database.count("item WHERE w IS NOT NULL")).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void twoMigrationsFollowEachOtherInOneTable(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute("CREATE TABLE item (id int PRIMARY KEY, a text, b text, c text)");
          database.execute("INSERT INTO item VALUES (1, 'a'), (2, 'b')");
          Program first =
              program(database)
                  .define(
                      """
                      table: item
                      where: b IS NULL
                      set: {b: upper(a)}
                      undo: journal
                      sync: trigger
                      """);
          Program second =
              new Program(database, jobs, "0002_next")
                  .define(
                      """
                      table: item
                      where: c IS NULL AND b IS NOT NULL
                      set: {c: b || b}
                      undo: journal
                      sync: trigger
                      """);
          second.run().done();
          assertThat(first.run().done()).contains("2 rows changed");
          database.execute("INSERT INTO item (id, a) VALUES (3, 'c')");
          database.execute("UPDATE item SET a = 'd' WHERE id = 1");
          assertThat(text(database, "SELECT string_agg(b || c, ',' ORDER BY id) FROM item"))
              .isEqualTo("DDD,BBB,CCC");
          new Program(database, jobs, "0003_before")
              .define(
                  """
                  table: item
                  where: a IS NULL
                  set: {a: lower(c)}
                  sync: trigger
                  """)
              .run()
              .failed(3);
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void anExpressionMeansTheSameInEverySession(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE TABLE item (id int PRIMARY KEY, at timestamptz NOT NULL, day text);
              INSERT INTO item VALUES (1, '2026-01-01 00:30+00');
              """);
          program(database)
              .define(
                  """
                  table: item
                  where: day IS NULL
                  set: {day: "at::date || '\\\\'"}
                  sync: trigger
                  """)
              .run()
              .done();
          database.execute(
              """
              SET TimeZone = 'America/New_York';
              SET DateStyle = 'ISO, DMY';
              SET standard_conforming_strings = off;
              SET escape_string_warning = off;
              INSERT INTO item VALUES (2, '2026-01-01 00:30+00');
              """);
          assertThat(
                  database
                      .jdbc()
                      .sql("SELECT count(DISTINCT day) FROM item")
                      .query(Long.class)
                      .single())
              .isEqualTo(1);
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aTriggerThatSomebodyDroppedIsPutBack(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE TABLE item (id int PRIMARY KEY, v text, w text DEFAULT 'none');
              INSERT INTO item VALUES (1, 'a');
              CREATE TABLE gate (closed boolean);
              INSERT INTO gate VALUES (true);
              """);
          Program program =
              program(database)
                  .define(
                      """
                      table: item
                      where: w IS NULL OR w = 'none'
                      set: {w: upper(v)}
                      sync: trigger
                      checks: {after: [{name: open, sql: SELECT count(*) = 0 FROM gate}]}
                      """)
                  .write(
                      "constrain.up.sql", "ALTER TABLE item ALTER COLUMN w SET DEFAULT 'later';");
          program.run().failed(6);
          database.execute(
              """
              DROP TRIGGER zz_sluice_0001_sync_s ON item;
              INSERT INTO item VALUES (2, 'missed');
              UPDATE item SET w = 'none' WHERE id = 2;
              DELETE FROM gate;
              """);
          assertThat(program.run().done()).contains("2 rows changed");
          database.execute("INSERT INTO item (id, v) VALUES (3, 'c')");
          database.execute("INSERT INTO item (id, v, w) VALUES (4, 'd', 'none')");
          database.execute("INSERT INTO item (id) VALUES (5)");
          database.execute("INSERT INTO item (id, v, w) VALUES (6, 'f', 'given')");
          assertThat(text(database, "SELECT string_agg(w, ',' ORDER BY id) FROM item"))
              .isEqualTo("A,MISSED,C,D,later,given");
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aWrittenColumnOfADomainThatForbidsNull(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE DOMAIN email AS text NOT NULL DEFAULT '';
              CREATE TABLE item (id int PRIMARY KEY, v varchar(20), w email, n email DEFAULT '-', other int);
              INSERT INTO item VALUES (1, 'a'), (2, 'b');
              """);
          Program program =
              program(database)
                  .define(
                      """
                      table: item
                      where: (w = '' OR w IS NULL) AND v IS NOT NULL
                      set: {w: upper(v), n: lower(v)}
                      undo: journal
                      sync: trigger
                      """);
          program.run().done();
          database.execute(
              """
              UPDATE item SET v = 'c' WHERE id = 1;
              UPDATE item SET v = NULL, w = 'mine' WHERE id = 2;
              ALTER TABLE item RENAME COLUMN other TO another;
              INSERT INTO item VALUES (3, 'd'), (5, NULL);
              INSERT INTO item VALUES (4, 'e', 'given', 'too');
              UPDATE item SET v = 'f' WHERE id = 5;
              UPDATE item SET another = 1;
              """);
          String rows =
              "SELECT string_agg(concat_ws('|', id, v, w, n), ', ' ORDER BY id) FROM item";
          assertThat(text(database, rows))
              .isEqualTo("1|c|C|c, 2|mine|b, 3|d|D|d, 4|e|given|too, 5|f|F|f");
          assertThat(program.rollback().exitCode()).isIn(0, 8);
          assertThat(text(database, rows))
              .isEqualTo("1|c||-, 2|mine|b, 3|d||-, 4|e|given|too, 5|f||-");
        });
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aDefaultThatTheGuardDoesNotCover(PostgresServer server) {
    for (String added :
        List.of(
            "ALTER TABLE item ADD b text; ALTER TABLE item ALTER b SET DEFAULT 'none';",
            "ALTER TABLE item ADD b varchar(20); ALTER TABLE item ALTER b SET DEFAULT 'none';",
            "ALTER TABLE item ADD b text; CREATE DOMAIN word AS text DEFAULT 'none';"
                + " ALTER TABLE item ALTER b TYPE word;")) {
      on(
          server,
          database -> {
            database.execute(
                """
                CREATE TABLE item (id int PRIMARY KEY, a text);
                INSERT INTO item SELECT n, 'a' || n FROM generate_series(1, 5) AS n;
                CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS
                  'BEGIN NEW.a := ''own''; RETURN NEW; END';
                CREATE TRIGGER own BEFORE UPDATE ON item
                  FOR EACH ROW WHEN (NEW.id = 5) EXECUTE FUNCTION own();
                """
                    + added);
            Program program =
                program(database)
                    .define(
                        """
                        table: item
                        where: b IS NULL AND a IS NOT NULL
                        set: {b: upper(a)}
                        undo: journal
                        sync: {mode: trigger, reverse: {a: lower(b)}}
                        """);
            program.run().done();
            database.execute(
                """
                UPDATE item SET a = 'changed' WHERE id = 1;
                UPDATE item SET a = NULL WHERE id = 2;
                INSERT INTO item VALUES (11, 'eleven'), (12, NULL);
                INSERT INTO item VALUES (13, 'x', 'given'), (14, 'y', NULL), (15, 'z', 'none');
                INSERT INTO item (id, b) VALUES (16, 'ONLY');
                ALTER TABLE item DISABLE TRIGGER zz_sluice_0001_sync_s;
                INSERT INTO item VALUES (17, 'late', NULL), (18, 'late', NULL);
                ALTER TABLE item ENABLE ALWAYS TRIGGER zz_sluice_0001_sync_s;
                UPDATE item SET a = 'later' WHERE id = 17;
                UPDATE item SET a = NULL, b = 'mine' WHERE id = 18;
                """);
            String rows =
                "SELECT string_agg(concat_ws('|', id, coalesce(a, '-'), coalesce(b, '-')), ', ' ORDER BY id) FROM item";
            assertThat(text(database, rows))
                .as(added)
                .isEqualTo(
                    "1|changed|CHANGED, 2|-|-, 3|a3|A3, 4|a4|A4, 5|own|OWN, 11|eleven|ELEVEN,"
                        + " 12|-|none, 13|x|given, 14|y|Y, 15|z|Z, 16|only|ONLY, 17|later|LATER,"
                        + " 18|-|mine");
            program.command("verify").done();
            assertThat(program.rollback().exitCode()).isIn(0, 8);
            assertThat(text(database, rows))
                .isEqualTo(
                    "1|changed|-, 2|-|-, 3|a3|-, 4|a4|-, 5|own|-, 11|eleven|none,"
                        + " 12|-|none, 13|x|given, 14|y|-, 15|z|none, 16|only|ONLY, 17|later|-,"
                        + " 18|-|mine");
          });
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aDomainThatForbidsNullHasADefaultThatTheGuardDoesNotCover(PostgresServer server) {
    on(
        server,
        database -> {
          database.execute(
              """
              CREATE DOMAIN word AS text NOT NULL DEFAULT '';
              CREATE TABLE item (id int PRIMARY KEY, v text, w word, n word);
              INSERT INTO item VALUES (1, 'a', 'todo', 'todo'), (2, 'b', 'todo', 'todo');
              """);
          program(database)
              .define(
                  """
                  table: item
                  where: (w IS NULL OR w = 'todo') AND v IS NOT NULL
                  set: {w: upper(v), n: lower(v)}
                  sync: trigger
                  """)
              .run()
              .done();
          database.execute(
              """
              UPDATE item SET v = 'C' WHERE id = 1;
              INSERT INTO item VALUES (3, 'D'), (4, NULL);
              INSERT INTO item VALUES (5, 'E', 'given');
              """);
          assertThat(
                  text(
                      database,
                      "SELECT string_agg(concat_ws('|', id, v, w, n), ', ' ORDER BY id) FROM item"))
              .isEqualTo("1|C|C|c, 2|b|B|b, 3|D|D|d, 4||, 5|E|given|e");
        });
  }
}

package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.SluiceCommand;
import dev.sluice.migration.MigrationId;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What verify finds out from the undo journal of a run. The runs are real ones. */
class VerifyJournalIT {

  private static final String ID = "0007_test";

  /** In place, not idempotent, without a guard. */
  private static final String TIMES_100 =
      """
      description: Prices in cents
      table: product
      set: {price: price * 100}
      """;

  private static final String CAPITALS =
      """
      description: Names in capitals
      table: users
      where: name IS NULL
      set: {name: upper(full_name)}
      undo: journal
      """;

  private static final String WAYS_ON =
      "covers the rows that still hold what this run wrote. One that is untouched since differs by"
          + " a trigger, or by what has changed beside it: the definition, a function, another"
          + " table. Any other was updated after the run had passed, and is computed from other"
          + " values now: let the application write both, and correct it. Where such differences"
          + " are right, set 'verify: {differences: report}', which lists them without failing";

  @TempDir private Path jobs;
  private TestDatabase database;
  private StringWriter out = new StringWriter();

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private void use(PostgresServer server) {
    database.close();
    database = server.newDatabase();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aChangeInPlaceIsComputedAgainFromTheOldValues(PostgresServer server) {
    use(server);
    products(300);
    define(TIMES_100);
    assertThat(sluice("run")).isZero();
    assertThat(results())
        .containsExactly(
            "ok remaining: no row is left: the undo journal has each of 300 rows, 0 of them born"
                + " after the start",
            "ok changed since: 300 rows of this run looked at: none was written again",
            "ok recompute price: 300 rows compared, 0 differ");

    // as if it had been applied to one row twice, and had noted it so
    database.execute(
        """
        UPDATE product SET price = price * 100 WHERE id = 7;
        UPDATE sluice.undo_0007_test AS j
        SET _kimage = substr(sha256(record_send(ROW(product.price))), 1, 8)
        FROM product WHERE product.id = 7 AND j.id = 7
        """);
    assertThat(sluice("verify")).isEqualTo(6);
    assertThat(results())
        .contains(
            "FAILED recompute price: 300 rows compared, 1 differ: keys 7; 1 of them untouched since",
            "FAILED recompute: " + WAYS_ON);
  }

  @Test
  void whatBecameOfTheRowsSinceIsTold() {
    database.execute(
        """
        CREATE TABLE users (id int PRIMARY KEY, full_name text, name text);
        INSERT INTO users SELECT n, 'name ' || n FROM generate_series(1, 200) AS n;
        INSERT INTO users SELECT n, 'name ' || n, 'of the application' FROM generate_series(901, 999) AS n
        """);
    define(CAPITALS);
    assertThat(sluice("run")).isZero();
    assertThat(results())
        .containsExactly(
            "ok remaining: no row is under the guard",
            "ok changed since: 200 rows of this run looked at: none was written again",
            "ok recompute name: 200 rows compared, 0 differ");

    database.execute(
        """
        UPDATE users SET name = 'new', full_name = NULL WHERE id BETWEEN 101 AND 125;
        UPDATE users SET full_name = upper(full_name) WHERE id = 50;
        DELETE FROM users WHERE id > 197
        """);
    assertThat(sluice("verify")).isZero();
    assertThat(results().subList(0, 3))
        .containsExactly(
            "ok remaining: no row is under the guard",
            "ok changed since: 200 rows of this run looked at: 25 hold other values by now and are"
                + " not compared: keys 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112,"
                + " 113, 114, 115, 116, 117, 118, 119, 120, …; 3 are deleted",
            "ok recompute name: 172 rows compared, 0 differ");
    assertThat(results().get(3))
        .matches(
            "ok ranges: 0 of 1 unchanged since the certificate of \\S+; changed: keys up to 200");

    database.execute("UPDATE users SET full_name = 'married' WHERE id = 9");
    assertThat(sluice("verify")).isEqualTo(6);
    assertThat(results())
        .contains(
            "FAILED recompute name: 172 rows compared, 1 differ: keys 9",
            "FAILED recompute: " + WAYS_ON);
    define(CAPITALS + "verify: {differences: report}\n");
    assertThat(sluice("verify")).isZero();
    assertThat(results())
        .contains(
            "ok recompute name: 172 rows compared, 1 differ: keys 9; reported only, as"
                + " verify.differences asks");
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void namesAndTypesOfAnyKind(PostgresServer server) {
    use(server);
    String kind = server.version() >= 18 ? "VIRTUAL" : "STORED";
    database.execute(
        """
        CREATE EXTENSION citext;
        CREATE TABLE "Order" (
          "Select" int, part text COLLATE "C", doc json, code citext, amount numeric, "At" timestamptz,
          doubled numeric GENERATED ALWAYS AS (amount * 2) STORED,
          marked boolean GENERATED ALWAYS AS (amount::text ~ '[.]' AND '{"a": 1}'::jsonb ? 'a') %s,
          other text DEFAULT '?', shot point,
          PRIMARY KEY (part, "Select"));
        INSERT INTO "Order" ("Select", part, doc, code, amount, "At", shot)
        SELECT n, chr(97 + n %% 3), CASE WHEN n %% 5 > 0 THEN json_build_object('n', n) END, 'ab' || n,
               CASE n %% 7 WHEN 0 THEN NULL WHEN 1 THEN n::numeric(9, 2) ELSE n END,
               '2026-01-01 UTC'::timestamptz + make_interval(secs => n / 7.0), point(n, 0)
        FROM generate_series(1, 300) AS n;
        CREATE TABLE rate (part text, factor numeric);
        INSERT INTO rate VALUES ('a', 2), ('b', 3.50)
        """
            .formatted(kind));
    define(
        """
        description: Everything in place
        table: '"Order"'
        set:
          doc: json_build_object('was', doc, 'all', to_jsonb("Order"))
          code: upper("Order".code::text)
          amount: >-
            CASE WHEN marked THEN 1.00 ELSE 1 END + doubled
            * coalesce((SELECT max(factor) FROM rate WHERE rate.part = "Order".part), amount)
          '"At"': '"At" + (extract(day FROM "At") || other || '' hour'')::text::interval'
          shot: point(amount::float8, shot[0])
        """);
    assertThat(sluice("run")).as("%s", out).isZero();
    assertThat(results())
        .contains("ok changed since: 300 rows of this run looked at: none was written again")
        .filteredOn(result -> result.startsWith("ok recompute"))
        .hasSize(5)
        .allMatch(result -> result.endsWith(": 300 rows compared, 0 differ"));

    // equal to its type's own =, but not what was computed
    database.execute(
        """
        UPDATE "Order" SET code = lower(code::text) WHERE "Select" = 8;
        UPDATE sluice.undo_0007_test AS j
        SET _kimage = substr(sha256(record_send(ROW(o.doc))), 1, 8)
          || substr(sha256(record_send(ROW(o.code))), 1, 8)
          || substr(sha256(record_send(ROW(o.amount))), 1, 8)
          || substr(sha256(record_send(ROW(o."At"))), 1, 8)
          || substr(sha256(record_send(ROW(o.shot))), 1, 8)
        FROM "Order" AS o WHERE o."Select" = 8 AND j."Select" = 8;
        UPDATE "Order" SET amount = amount + 0.00 WHERE "Select" = 9
        """);
    assertThat(sluice("verify")).isEqualTo(6);
    assertThat(results())
        .contains(
            "ok changed since: 300 rows of this run looked at: 1 hold other values by now and are"
                + " not compared: keys (a, 9)",
            "FAILED recompute code: 299 rows compared, 1 differ: keys (c, 8);"
                + " 1 of them untouched since",
            "ok recompute amount: 299 rows compared, 0 differ");
  }

  @Test
  void aRowThatCanNoLongerBeComputedIsNamedByItsKeyOnly() {
    database.execute(
        """
        CREATE TABLE parcel (id int PRIMARY KEY, label text, grams int);
        INSERT INTO parcel SELECT n, n, n FROM generate_series(1, 1000) AS n
        """);
    define(
        """
        description: Weights
        table: parcel
        set: {grams: grams + label::int}
        """);
    assertThat(sluice("run")).isZero();
    // of a row that is ours, and of one that is not and needs no computing
    database.execute(
        "UPDATE parcel SET label = 'secret', grams = CASE id WHEN 8 THEN -1 ELSE grams END"
            + " WHERE id IN (8, 777)");
    assertThat(sluice("verify")).isEqualTo(6);
    assertThat(results())
        .contains(
            "ok changed since: 1000 rows of this run looked at: 1 hold other values by now and are"
                + " not compared: keys 8",
            "FAILED recompute grams: 0 rows compared, 0 differ; 1 could not be computed: key 777:"
                + " a value is refused, SQLSTATE 22P02 (the message may quote it and is left out)");
    assertThat(out.toString()).doesNotContain("secret");
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aTransformIsGivenTheOldValues(PostgresServer server) {
    use(server);
    database.execute(
        """
        CREATE TABLE word (id int PRIMARY KEY, v text, times int, long boolean
          GENERATED ALWAYS AS (length(v) > 6) STORED);
        INSERT INTO word (id, v, times) SELECT n, 'word ' || n, n % 3 FROM generate_series(1, 2500) AS n;
        UPDATE word SET v = NULL WHERE id % 100 = 0
        """);
    write(
        "Twice.java",
        """
        import dev.sluice.migration.Row;
        import dev.sluice.migration.RowTransformer;

        public final class Twice implements RowTransformer {
          @Override
          public void transform(Row row) {
            String v = row.getString("v");
            int times = (Integer) row.get("times");
            row.set("v", v == null ? null : v.repeat(times + (Boolean.TRUE.equals(row.get("long")) ? 2 : 1)));
          }
        }
        """);
    define(
        """
        description: Words repeated
        table: word
        transform: {class: Twice, read: [times, v, long], write: [v]}
        """);
    assertThat(sluice("run")).as("%s", out).isZero();
    assertThat(results())
        .contains("ok recompute v: 2500 rows compared, 0 differ")
        .contains("ok changed since: 2500 rows of this run looked at: none was written again");

    database.execute(
        """
        UPDATE word SET v = 'new' WHERE id IN (5, 1300);
        UPDATE word SET times = times + 1 WHERE id = 2000 + 1;
        DELETE FROM word WHERE id = 6
        """);
    assertThat(sluice("verify")).isEqualTo(6);
    assertThat(results())
        .contains(
            "ok changed since: 2500 rows of this run looked at: 2 hold other values by now and are"
                + " not compared: keys 5, 1300; 1 are deleted",
            "FAILED recompute v: 2497 rows compared, 1 differ: keys 2001");
  }

  @Test
  void rowsOutsideTheJournalAreLeftToDoUntilTheRunHasEnded() {
    products(100);
    define(
        TIMES_100 + "checks: {after: [{name: open, sql: SELECT to_regclass('gate') IS NULL}]}\n");
    database.execute("CREATE TABLE gate ()");
    assertThat(sluice("run")).isEqualTo(6);
    database.execute(
        """
        INSERT INTO product SELECT n, n FROM generate_series(101, 104) AS n;
        DELETE FROM sluice.undo_0007_test WHERE id IN (3, 104)
        """);
    assertThat(sluice("verify")).isEqualTo(6);
    assertThat(results())
        .contains(
            "FAILED remaining: 2 of 104 rows are not in the undo journal, the run has not visited"
                + " them: keys 3, 104");

    database.execute(
        """
        INSERT INTO sluice.undo_0007_test (id, _kborn) VALUES (3, true), (104, true);
        DROP TABLE gate
        """);
    assertThat(sluice("run")).isZero();
    assertThat(results())
        .contains(
            "ok remaining: no row is left: the undo journal has each of 104 rows, 5 of them born"
                + " after the start",
            "ok changed since: 99 rows of this run looked at: none was written again",
            "ok recompute price: 99 rows compared, 0 differ");

    database.execute("INSERT INTO product VALUES (0, 5), (500, 5)");
    assertThat(sluice("verify")).isZero();
    assertThat(results())
        .contains(
            "ok remaining: the undo journal has each of 106 rows but 2, which came after the run"
                + " had ended and are none of its: keys 0, 500");
  }

  @Test
  void whatCannotBeComputedOverOldValuesSaysWhy() {
    products(20);
    database.execute(
        """
        ALTER TABLE product ADD a numeric, ADD b numeric, ADD c numeric, ADD d numeric;
        CREATE FUNCTION half(product) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT $1.price / 2'
        """);
    define(
        """
        description: Rows, schemas and systems
        table: product
        set:
          price: public.product.price * 2
          a: half(product)
          b: (SELECT max(p.price) FROM product AS p)
          c: (SELECT max(p.id) FROM public.product AS p) + public.product.id
          d: (price IS NULL)::int + (product.ctid IS NULL)::int
        """);
    assertThat(sluice("run")).as("%s", out).isZero();
    String way = "; it can if it names columns alone, or as \"product\".column";
    String not =
        ": not compared: the expression cannot be computed over a row as it was before the run (";
    assertThat(results())
        .containsSubsequence(
            "ok changed since: 20 rows of this run looked at: none was written again",
            "ok recompute price"
                + not
                + "invalid reference to FROM-clause entry for table \"product\" [42P01])"
                + way,
            "ok recompute a: 20 rows compared, 0 differ",
            "ok recompute b: not compared: the expression reads columns that the migration writes,"
                + " and in a sub-select other rows of the table",
            "ok recompute c: 20 rows compared, 0 differ",
            "ok recompute d" + not + "column product.ctid does not exist [42703])" + way);
  }

  @Test
  void aColumnOfAnotherTypeSinceIsNotCompared() {
    products(20);
    define(TIMES_100);
    assertThat(sluice("run")).isZero();
    database.execute("ALTER TABLE product ALTER COLUMN price TYPE bigint");
    assertThat(sluice("verify")).isZero();
    assertThat(results())
        .contains(
            "ok recompute price: not compared: 'price' has another type than during the run, and"
                + " what the run wrote cannot be told from what was written since");
  }

  @Test
  void aSampleIsOneOfTheJournal() {
    database.execute(
        """
        CREATE TABLE users (id int PRIMARY KEY, full_name text, name text);
        INSERT INTO users SELECT n, 'name', CASE WHEN n % 10 > 0 THEN '?' END
        FROM generate_series(1, 100000) AS n
        """);
    define(CAPITALS + "verify: {sample: 2000}\n");
    assertThat(sluice("run")).isZero();
    // the planner's estimate, exact once it has been looked at
    database.execute("ANALYZE sluice.undo_0007_test");
    database.execute("UPDATE users SET full_name = 'x' WHERE id BETWEEN 40000 AND 50000");
    assertThat(sluice("verify")).isEqualTo(6);
    List<String> results = results();
    assertThat(results.get(1))
        .matches(
            "ok changed since: \\d+ of about 10000 rows \\(a sample, seed 1\\) of this run looked"
                + " at: none was written again");
    assertThat(results.get(2))
        .matches(
            "FAILED recompute name: \\d+ of about 10000 rows \\(a sample, seed 1\\) compared,"
                + " \\d{2,3} differ: keys 4.*");
    assertThat(Long.parseLong(results.get(2).split(" ")[3])).isBetween(1900L, 2000L);
  }

  /** Without statistics of the journal, which is how a run leaves it. */
  @Test
  void aJournalOfFewRowsIsNoReasonToReadALargeTable() throws Exception {
    database.execute(
        """
        CREATE TABLE users (id int PRIMARY KEY, full_name text, name text);
        INSERT INTO users SELECT n, 'name', CASE WHEN n % 19999 <> 1 THEN 'OLD' END
        FROM generate_series(1, 20000) AS n;
        ANALYZE users
        """);
    define(
        CAPITALS.replace("{name: upper(full_name)}", "\n  name: upper(coalesce(name, full_name))"));
    assertThat(sluice("run")).isZero();
    assertThat(results()).contains("ok recompute name: 2 rows compared, 0 differ");
    long before = rowsRead();
    assertThat(sluice("verify")).isZero();
    // what is under the guard is counted by a walk, in a window that is looked ahead; and the
    // table, which is small, is read once to cut it
    assertThat(rowsRead() - before).isLessThanOrEqualTo(60_100L);
  }

  /** From the table's heap, told once the sessions that read have ended. */
  private long rowsRead() throws InterruptedException {
    String others =
        "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for (int i = 0; i < 600 && database.count(others) > 0; i++) {
      Thread.sleep(50);
    }
    return database
        .jdbc()
        .sql("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'users'")
        .query(Long.class)
        .single();
  }

  @Test
  void aRunThatIsTakenBackIsRefused() {
    products(20);
    define(TIMES_100);
    assertThat(sluice("run")).isZero();
    database.execute("UPDATE sluice.migration SET state = 'rolling_back'");
    assertThat(sluice("verify")).isEqualTo(3);
    assertThat(out.toString())
        .contains(
            "0007_test: is being rolled back, and rows that are back are no result of the run. End"
                + " that with 'rollback 0007_test'.");
    assertThat(sluice("rollback")).isZero();
    assertThat(sluice("verify")).isEqualTo(3);
    assertThat(out.toString())
        .contains("0007_test: was rolled back, there is no result to verify. Run it again first.");
    assertThat(database.count("sluice.certificate WHERE name = 'remaining'"))
        .as("certificates of the run itself only")
        .isEqualTo(1);
  }

  @Test
  void aDefinitionOfOtherColumnsIsRefused() {
    products(20);
    database.execute("ALTER TABLE product ADD sold int");
    define(TIMES_100);
    assertThat(sluice("run")).isZero();
    define(TIMES_100.replace("{price: price * 100}", "{sold: price::int}"));
    assertThat(sluice("verify")).isEqualTo(3);
    assertThat(out.toString())
        .contains(
            "0007_test: the run began with undo by journal of price, without a guard, the"
                + " definition now says undo by journal of sold, without a guard, and its result"
                + " cannot be compared with that. Put the definition back.");
  }

  @Test
  void withoutTheJournalTheTableOfTodayIsCompared() {
    products(20);
    define(TIMES_100);
    assertThat(sluice("run")).isZero();
    database.execute("DROP TABLE sluice.undo_0007_test");
    assertThat(sluice("verify")).isZero();
    assertThat(results())
        .containsExactly(
            "ok remaining: proved by the sweep: there is no guard, and no undo journal any more",
            "ok recompute price: not compared: the expression reads 'price', which the migration"
                + " writes");
  }

  private void products(int rows) {
    database.execute(
        """
        CREATE TABLE product (id int PRIMARY KEY, price numeric(12,2));
        INSERT INTO product
        SELECT n, CASE WHEN n %% 17 = 0 THEN 0 WHEN n %% 19 = 0 THEN NULL ELSE n / 7.0 END
        FROM generate_series(1, %d) AS n
        """
            .formatted(rows));
  }

  private void define(String yaml) {
    write("migration.yaml", yaml);
  }

  private void write(String file, String text) {
    try {
      Files.writeString(Files.createDirectories(jobs.resolve(ID)).resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The exit code. */
  private int sluice(String command) {
    out = new StringWriter();
    List<String> args = new ArrayList<>(List.of(command, ID, "--jobs", jobs.toString()));
    args.addAll(List.of("--url", database.url(), "--user", database.server().user()));
    args.add("--spring-argument=--spring.datasource.password=" + database.server().password());
    PrintWriter writer = new PrintWriter(out, true);
    return SluiceCommand.execute(writer, writer, args.toArray(new String[0]));
  }

  /** Of the latest certificate: {@code ok remaining: no row is under the guard}. */
  private List<String> results() {
    return new Certificates(database.dataSource())
        .latest(new MigrationId(ID), 1).orElseThrow().results().stream()
            .map(
                result ->
                    "%s %s: %s"
                        .formatted(
                            result.passed() ? "ok" : "FAILED", result.name(), result.detail()))
            .toList();
  }
}

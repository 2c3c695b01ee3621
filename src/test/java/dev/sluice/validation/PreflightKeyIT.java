package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.TableName;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Which keys a table can be walked by. */
class PreflightKeyIT {
  private TestDatabase database;

  @BeforeEach
  void createDatabase() {
    database = PostgresServer.newest().newDatabase();
  }

  @AfterEach
  void dropDatabase() {
    database.close();
  }

  @Test
  void aTableWithoutAnyKeyIsRefused() {
    database.execute("CREATE TABLE t (a int NOT NULL, v text)");
    assertThat(refusals(TestMigration.of("t").set("v", "1")))
        .containsExactly(
            "table public.t has no primary key."
                + " Name a unique, NOT NULL and indexed key under 'key'.");
    database.execute("CREATE UNIQUE INDEX ON t (a)");
    assertThat(refusals(TestMigration.of("t").set("v", "1")))
        .containsExactly(
            "table public.t has no primary key."
                + " Name a unique, NOT NULL and indexed key under 'key': [a] would do.");
  }

  @Test
  void aKeyThatIsMissingNullableOrWrittenIsRefused() {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, email text UNIQUE, v text)");
    assertThat(refusals(TestMigration.of("t").key("idd").set("v", "1")))
        .containsExactly("key: table public.t has no column 'idd'; did you mean 'id'?");
    assertThat(refusals(TestMigration.of("t").key("email").set("v", "1")))
        .containsExactly(
            "key column 'email' of public.t may be NULL, and a row with NULL would be passed over."
                + " Choose a NOT NULL key, or make the column NOT NULL.");
    assertThat(refusals(TestMigration.of("t").set("id", "id + 1")))
        .containsExactly(
            "key column 'id' of public.t is changed by the migration, which would skip or repeat"
                + " rows. Choose another key.");
  }

  @Test
  void aKeyGeneratedFromAWrittenColumnIsRefused() {
    database.execute(
        """
        CREATE TABLE t (v text, k text GENERATED ALWAYS AS (lower(v)) STORED NOT NULL UNIQUE)
        """);
    assertThat(refusals(TestMigration.of("t").key("k").set("v", "1")))
        .containsExactly(
            "key column 'k' of public.t is changed by the migration, which would skip or repeat"
                + " rows. Choose another key.");
  }

  @Test
  void aKeyThatIsNotUniqueIsRefused() {
    database.execute(
        """
        CREATE TABLE t ("A" int NOT NULL, b int NOT NULL, v text, UNIQUE ("A", b, v));
        CREATE INDEX ON t ("A", b)
        """);
    assertThat(refusals(TestMigration.of("t").key("\"A\"", "b").set("v", "1")))
        .containsExactly(
            "key ['\"A\"', b] of public.t has no unique index. Choose a unique key, or"
                + " CREATE UNIQUE INDEX CONCURRENTLY ON \"public\".\"t\" (\"A\", \"b\");");
  }

  @Test
  void aKeyInAnotherOrderThanItsIndexIsRefused() {
    database.execute("CREATE TABLE t (a int, \"B\" int, v text, PRIMARY KEY (a, \"B\"))");
    assertThat(refusals(TestMigration.of("t").key("a", "\"B\"").set("v", "1"))).isEmpty();
    assertThat(refusals(TestMigration.of("t").set("v", "1"))).isEmpty();
    assertThat(refusals(TestMigration.of("t").key("\"B\"", "a").set("v", "1")))
        .containsExactly(
            "key ['\"B\"', a] of public.t is not in the order of its unique index 't_pkey'."
                + " Write key: [a, '\"B\"'].");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE UNIQUE INDEX i ON t (a) WHERE v IS NULL;partial",
        "ALTER TABLE t ADD CONSTRAINT i UNIQUE (a) DEFERRABLE;deferrable",
        "CREATE UNIQUE INDEX i ON t (a text_pattern_ops);of another operator class than the default",
        "CREATE UNIQUE INDEX i ON t (a COLLATE \"C\");of another collation than the column",
        "CREATE UNIQUE INDEX i ON t (a NULLS FIRST);in mixed order (ASC, DESC, NULLS FIRST)",
      })
  void aUniqueIndexThatCannotCarryPagingIsRefused(String indexAndFault) {
    String[] parts = indexAndFault.split(";", 2);
    database.execute("CREATE TABLE t (a text NOT NULL, v text)");
    database.execute(parts[0]);
    assertThat(refusals(TestMigration.of("t").key("a").set("v", "1")))
        .containsExactly(
            "unique index 'i' cannot carry the key [a] of public.t: it is %s.".formatted(parts[1])
                + " Choose another key, or create a plain unique index on it.");
  }

  @Test
  void anInvalidIndexIsRefused() {
    database.execute("CREATE TABLE t (a int NOT NULL, v text); CREATE UNIQUE INDEX i ON t (a)");
    database.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass");
    assertThat(refusals(TestMigration.of("t").key("a").set("v", "1")))
        .containsExactly(
            "unique index 'i' cannot carry the key [a] of public.t:"
                + " it is invalid: its building failed or is not over."
                + " Choose another key, or create a plain unique index on it.");
  }

  @Test
  void aKeyTypeWithoutOrderIsRefused() {
    database.execute("CREATE TABLE t (a point NOT NULL, v text)");
    assertThat(refusals(TestMigration.of("t").key("a").set("v", "1")))
        .containsExactly(
            "key column 'a' of public.t has type point, which has no order. Choose another key.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smallint",
        "int",
        "bigint",
        "uuid",
        "text",
        "varchar(40)",
        "char(9)",
        "citext",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "numeric(9,2)",
        "real",
        "double precision",
        "bytea",
        "boolean",
        "inet",
        "mood",
        "positive",
        "text COLLATE \"C\"",
        "interval",
        "int[]",
        "name",
      })
  void everyOrderedTypeMayBeAKey(String type) {
    database.execute(
        """
        CREATE EXTENSION citext;
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE DOMAIN positive AS int CHECK (VALUE > 0)
        """);
    database.execute("CREATE TABLE t (k %s PRIMARY KEY, v text)".formatted(type));
    assertThat(refusals(TestMigration.of("t").set("v", "1"))).isEmpty();
  }

  @Test
  void aKeyThatIgnoresCaseIsWalkedLikeAnyOther() {
    database.execute(
        """
        CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE t (k text COLLATE folded PRIMARY KEY, v text);
        INSERT INTO t SELECT CASE WHEN n % 2 = 0 THEN 'K' ELSE 'k' END || n
        FROM generate_series(1, 100) AS n
        """);
    assertThat(refusals(TestMigration.of("t").set("v", "1"))).isEmpty();
    List<Long> counts = new ArrayList<>();
    Inspection inspection = new Inspection(database.dataSource(), Duration.ofSeconds(5));
    Table table =
        new Catalog(new JdbcTemplate(database.dataSource()))
            .find(TableName.parse("t"))
            .orElseThrow();
    TableKey key = TableKey.of(table, List.of());
    new Windows(inspection, key, duration -> {})
        .each(
            7,
            window ->
                counts.add(
                    inspection.read(jdbc -> new KeyWindows(jdbc, key).count(window, "TRUE"))));
    assertThat(counts).hasSize(15).startsWith(7L).endsWith(2L);
    assertThat(counts.stream().mapToLong(Long::longValue).sum()).isEqualTo(100);
  }

  @Test
  void aDescendingIndexIsReadBackwards() {
    database.execute(
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, v text);"
            + "CREATE UNIQUE INDEX ON t (a DESC, b DESC)");
    assertThat(refusals(TestMigration.of("t").key("a", "b").set("v", "1"))).isEmpty();
  }

  private List<String> refusals(TestMigration migration) {
    return new Preflight(database.dataSource(), Duration.ofSeconds(5))
        .check(migration.build())
        .refusals();
  }
}

package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Script.Kind;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An event trigger sees, at the end of each ALTER TABLE, its locks and scans of the table. */
@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class SafeConstrainIT {
  private static final String ALL =
      """
      ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
      ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0), ADD UNIQUE (code);
      ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;
      ALTER TABLE orders ADD PRIMARY KEY (id);
      CREATE INDEX orders_user ON orders (user_id);
      """;

  private final ScriptTrial trial;

  SafeConstrainIT(PostgresServer server) {
    trial = new ScriptTrial(server);
  }

  @BeforeEach
  void seed() {
    trial.database.execute(
        """
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE orders (id bigint, user_id bigint, code text, total int);
        INSERT INTO users VALUES (1);
        INSERT INTO orders SELECT i, 1, 'c' || i, i FROM generate_series(1, 500) AS i;
        CREATE TABLE seen (n serial, query text, strong boolean, scans bigint);
        CREATE FUNCTION look() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO seen (query, strong, scans)
          SELECT current_query(),
                 EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'orders'::regclass
                           AND mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock')),
                 pg_stat_get_xact_numscans('orders'::regclass);
        END $$;
        CREATE EVENT TRIGGER look ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION look();
        """);
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @Test
  void noScanUnderALockThatStopsTheApplication() {
    ScriptResult result = trial.run(Kind.CONSTRAIN_UP, ALL);

    assertThat(result.rewrites()).hasSize(5);
    assertThat(trial.database.count("seen")).isEqualTo(14);
    assertThat(trial.database.count("seen WHERE strong AND scans > 0")).isZero();
    assertThat(trial.database.count("seen WHERE query LIKE '%VALIDATE%' AND NOT strong"))
        .isEqualTo(4);
    assertEverythingIsThere();
  }

  @Test
  void theEventTriggerWouldSeeOne() {
    trial.database.execute("ALTER TABLE orders ALTER COLUMN total SET NOT NULL");

    assertThat(trial.database.count("seen WHERE strong AND scans > 0")).isEqualTo(1);
  }

  @Test
  void restartsAtEveryPoint() {
    int stops = 0;
    boolean done = false;
    while (!done) {
      assertThat(stops).isLessThan(50);
      int[] asked = {0};
      Waiter oneUnitARun =
          pause -> {
            if (++asked[0] == 2) {
              throw new Waiter.StoppedException();
            }
          };
      try {
        trial.run(Kind.CONSTRAIN_UP, ALL, oneUnitARun, ScriptTrial.ONCE);
        done = true;
      } catch (Waiter.StoppedException e) {
        stops++;
      }
    }

    assertThat(stops).isEqualTo(14);
    assertEverythingIsThere();
  }

  private void assertEverythingIsThere() {
    List<String> constraints =
        trial
            .database
            .jdbc()
            .sql(
                """
                SELECT conname || ' ' || contype::text || ' ' || convalidated
                FROM pg_constraint
                WHERE conrelid = 'orders'::regclass
                  AND contype <> 'n'
                ORDER BY conname
                """)
            .query(String.class)
            .list();
    assertThat(constraints)
        .containsExactly(
            "orders_code_key u true",
            "orders_pkey p true",
            "orders_user_id_fkey f true",
            "positive c true");
    assertThat(
            trial.text(
                "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid ="
                    + " 'orders'::regclass AND attnotnull AND attnum > 0"))
        .isEqualTo("id total");
    assertThat(
            trial.database.count(
                "pg_index WHERE indrelid = 'orders'::regclass AND indisvalid AND indisready"))
        .isEqualTo(3);
  }

  @Test
  void rowsThatContradictAreToldAndTheScanIsRepeatedOnceTheyAreCorrect() {
    trial.database.execute("INSERT INTO orders VALUES (501, 1, 'late', NULL)");
    String file = "ALTER TABLE orders ALTER COLUMN total SET NOT NULL;";

    assertThatThrownBy(() -> trial.run(Kind.CONSTRAIN_UP, file))
        .isInstanceOfSatisfying(
            ScriptException.class, e -> assertThat(e.sqlState()).contains("23514"))
        .hasMessage(
            """
            jobs/0007_split/constrain.up.sql:1: statement 2 of 4: ALTER TABLE orders VALIDATE CONSTRAINT "sluice_not_null_orders_total"
            ERROR: check constraint "sluice_not_null_orders_total" of relation "orders" is violated by some row [23514]
            Applied before it, and kept:
              line 1: ALTER TABLE orders ADD CONSTRAINT "sluice_not_null_orders_total" CHECK (total …
            Rows contradict it. Correct the rows, then 'run 0007_split' or 'up' goes on behind what is applied.
            Or go back: 'rollback 0007_split'; or reverse what is applied by hand, then 'force 0007_split pending'.""");

    trial.database.execute("UPDATE orders SET total = 1 WHERE id = 501");
    trial.run(Kind.CONSTRAIN_UP, file);
    assertThat(trial.database.count("pg_constraint WHERE conname LIKE 'sluice%'")).isZero();
  }

  @Test
  void namesThatAreNotGivenAreThoseOfPostgres() {
    String actions =
        """
        ALTER TABLE %1$s ADD CHECK (total > 0);
        ALTER TABLE %1$s ADD CHECK (total < 1000);
        ALTER TABLE %1$s ADD CHECK (total <> id OR note <> $$it's$$);
        ALTER TABLE %1$s ADD UNIQUE (code, "Tenant") INCLUDE (note);
        ALTER TABLE %1$s ADD FOREIGN KEY (user_id) REFERENCES users;
        ALTER TABLE %1$s ADD PRIMARY KEY (id, code);
        """;
    for (String schema : List.of("here", "there")) {
      trial.database.execute(
          """
          CREATE SCHEMA %1$s;
          CREATE TABLE %1$s."%2$s" (id bigint, user_id bigint, code text, "Tenant" text, total int, note text);
          INSERT INTO %1$s."%2$s" SELECT i, 1, 'c' || i, 'T', i, 'n' FROM generate_series(1, 9) AS i;
          """
              .formatted(schema, LONG_NAME));
    }

    trial.database.execute(actions.formatted("here.\"" + LONG_NAME + "\""));
    trial.run(Kind.CONSTRAIN_UP, actions.formatted("there.\"" + LONG_NAME + "\""));

    assertThat(constraintsOf("there")).isEqualTo(constraintsOf("here")).hasSizeGreaterThan(5);
  }

  private static final String LONG_NAME = "Order_äöü_" + "x".repeat(45);

  private List<String> constraintsOf(String schema) {
    return trial
        .database
        .jdbc()
        .sql(
            """
            SELECT conname || ' ' || convalidated || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint
            WHERE connamespace = '%s'::regnamespace
            ORDER BY 1
            """
                .formatted(schema))
        .query(String.class)
        .list();
  }

  @Test
  void notNullAsksACompositeValueNotItsFields() {
    trial.database.execute(
        """
        CREATE TYPE price AS (cents int, currency text);
        ALTER TABLE orders ADD COLUMN price price;
        UPDATE orders SET price = ROW (id, NULL);
        TRUNCATE seen;
        """);

    trial.run(Kind.CONSTRAIN_UP, "ALTER TABLE orders ALTER COLUMN price SET NOT NULL");

    assertThat(trial.isTrue(notNull("orders", "price"))).isTrue();
    assertThat(trial.database.count("seen WHERE strong AND scans > 0")).isZero();
  }

  @Test
  void onlyLeavesTheTablesThatInheritAsTheyAre() {
    trial.database.execute(
        """
        CREATE TABLE late_orders () INHERITS (orders);
        INSERT INTO late_orders VALUES (501, 1, 'late', NULL);
        TRUNCATE seen;
        """);

    trial.run(Kind.CONSTRAIN_UP, "ALTER TABLE ONLY orders ALTER COLUMN total SET NOT NULL");

    assertThat(trial.isTrue(notNull("orders", "total"))).isTrue();
    assertThat(trial.isTrue(notNull("late_orders", "total"))).isFalse();
    assertThat(trial.database.count("seen WHERE strong AND scans > 0")).isZero();
  }

  private static String notNull(String table, String column) {
    return "(SELECT attnotnull FROM pg_attribute WHERE attrelid = '%s'::regclass AND attname = '%s')"
        .formatted(table, column);
  }

  @Test
  void uniqueConstraintsKeepEveryClause() {
    boolean nullsClause = trial.isTrue("current_setting('server_version_num')::int >= 150000");
    String nulls = nullsClause ? "NULLS NOT DISTINCT " : "";
    trial.database.execute(
        """
        CREATE SCHEMA "App";
        CREATE TABLE "App"."Order" ("Id" int, "Code" text, total int);
        INSERT INTO "App"."Order" VALUES (1, 'a', 1), (1, 'b', 1), (2, NULL, 1);
        """);

    trial.run(
        Kind.CONSTRAIN_UP,
        """
        ALTER TABLE "App"."Order" ADD CONSTRAINT "One Code" UNIQUE %s("Id", "Code") INCLUDE (total) DEFERRABLE;
        """
            .formatted(nulls));

    assertThat(
            trial.text(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'One Code'"))
        .isEqualTo("UNIQUE " + nulls + "(\"Id\", \"Code\") INCLUDE (total) DEFERRABLE");
  }

  @Test
  void partitionedTablesTakeTheirNotNullToo() {
    trial.database.execute(
        """
        CREATE TABLE parent (id int, total int) PARTITION BY RANGE (id);
        CREATE TABLE leaf PARTITION OF parent FOR VALUES FROM (0) TO (1000);
        INSERT INTO parent SELECT i, i FROM generate_series(1, 500) AS i;
        """);

    trial.run(Kind.CONSTRAIN_UP, "ALTER TABLE parent ALTER total SET NOT NULL");

    assertThat(
            trial.database.count(
                "pg_attribute WHERE attrelid IN ('parent'::regclass, 'leaf'::regclass) AND attname"
                    + " = 'total' AND attnotnull"))
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void partitionedTablesTakeTheirForeignKeyWithoutAScanUnderALock(boolean interrupted) {
    trial.database.execute(
        """
        CREATE TABLE "Parent" (id int, user_id bigint) PARTITION BY RANGE (id);
        CREATE TABLE "Leaf" PARTITION OF "Parent" FOR VALUES FROM (0) TO (250);
        CREATE TABLE middle PARTITION OF "Parent" FOR VALUES FROM (250) TO (1000) PARTITION BY LIST (user_id);
        CREATE TABLE deep PARTITION OF middle DEFAULT;
        INSERT INTO "Parent" SELECT i, 1 FROM generate_series(1, 500) AS i;
        CREATE TABLE seen_leaves (n serial, pid int, leaf oid, strong boolean, scans bigint);
        CREATE VIEW leaf_scans AS -- PostgreSQL 14 counts from the begin of the session
          SELECT strong, scans - lag(scans, 1, 0::bigint) OVER (PARTITION BY pid, leaf ORDER BY n) AS scans FROM seen_leaves;
        CREATE FUNCTION look_at_leaves() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO seen_leaves (pid, leaf, strong, scans)
          SELECT pg_backend_pid(), leaf,
                 EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND relation = leaf
                           AND mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock')),
                 pg_stat_get_xact_numscans(leaf)
          FROM unnest(ARRAY['"Leaf"'::regclass, 'deep'::regclass]) AS leaf;
        END $$;
        CREATE EVENT TRIGGER look_at_leaves ON ddl_command_end WHEN TAG IN ('ALTER TABLE')
          EXECUTE FUNCTION look_at_leaves();
        """);
    String file = "ALTER TABLE \"Parent\" ADD FOREIGN KEY (user_id) REFERENCES users";
    if (interrupted) { // as by a kill after the first partition
      trial.database.execute(
          "ALTER TABLE \"Leaf\" ADD CONSTRAINT \"Parent_user_id_fkey\" FOREIGN KEY (user_id)"
              + " REFERENCES users NOT VALID; TRUNCATE seen_leaves");
    }
    boolean old = trial.isTrue("current_setting('server_version_num')::int < 180000");
    if (old || !interrupted) {
      trial.run(Kind.CONSTRAIN_UP, file);

      assertThat(trial.database.count("leaf_scans WHERE scans > 0")).isPositive();
      assertThat(trial.database.count("leaf_scans WHERE strong AND scans > 0")).isZero();
      assertThat(
              trial.database.count(
                  "pg_constraint WHERE conname = 'Parent_user_id_fkey' AND contype = 'f' AND"
                      + " convalidated AND conrelid IN ('\"Parent\"'::regclass, '\"Leaf\"'::regclass,"
                      + " 'deep'::regclass)"))
          .isEqualTo(3);
      assertThatThrownBy(() -> trial.database.execute("INSERT INTO \"Parent\" VALUES (1, 99)"))
          .hasMessageContaining("Parent_user_id_fkey");
    }
  }

  @Test
  void anIndexOnAPartitionedTableIsRefusedWithAWay() {
    trial.database.execute("CREATE TABLE parent (id int) PARTITION BY RANGE (id)");

    assertThatThrownBy(
            () ->
                trial.run(
                    Kind.CONSTRAIN_UP,
                    "ALTER TABLE orders ADD CHECK (total > 0);\nCREATE INDEX i ON parent (id);"))
        .hasMessage(
            """
            jobs/0007_split/constrain.up.sql:2: CREATE INDEX CONCURRENTLY i ON parent (id): table public.parent is partitioned, and PostgreSQL builds no index CONCURRENTLY on it. Write CREATE INDEX … ON ONLY public.parent, CREATE INDEX CONCURRENTLY on each partition, then ALTER INDEX … ATTACH PARTITION.
            Nothing was applied. Correct the file and run again.""");
    assertThat(trial.database.count("seen")).isZero();
  }
}

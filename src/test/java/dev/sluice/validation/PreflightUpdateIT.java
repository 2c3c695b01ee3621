package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever makes PostgreSQL refuse an UPDATE of the table, or lead it elsewhere, is refused. Each
 * case also asks PostgreSQL itself.
 */
class PreflightUpdateIT {

  private static final String TABLES =
      """
      CREATE SCHEMA app;
      CREATE TABLE app.bare (id int NOT NULL UNIQUE, tier text);
      CREATE TABLE app.users (id int PRIMARY KEY, tier text, region text);
      CREATE TABLE app.orders (id int PRIMARY KEY, tier text) PARTITION BY RANGE (id);
      CREATE TABLE app.orders_1 PARTITION OF app.orders FOR VALUES FROM (0) TO (10);
      CREATE TABLE app.orders_2 PARTITION OF app.orders FOR VALUES FROM (10) TO (20);
      """;

  private static final String PUBLISHES_PARTS =
      "schemas, filtered rows and single columns are published from PostgreSQL 15 on";

  private TestDatabase database;

  static boolean publishesParts() {
    return PostgresServer.newest().version() >= 15;
  }

  @BeforeEach
  void createTables() {
    create(PostgresServer.newest());
  }

  private void create(PostgresServer server) {
    database = server.newDatabase();
    database.execute(TABLES);
  }

  private void use(PostgresServer server) {
    database.close();
    create(server);
  }

  @AfterEach
  void dropDatabase() {
    database.close();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aPublishedTableWithoutReplicaIdentityIsRefused(PostgresServer server) {
    use(server);
    database.execute(
        """
        CREATE PUBLICATION listed FOR TABLE app.bare, app.users;
        CREATE PUBLICATION inserts FOR TABLE app.bare WITH (publish = 'insert, delete');
        CREATE PUBLICATION everything FOR ALL TABLES
        """);
    assertThat(refusals("app.bare"))
        .containsExactly(
            "updates of app.bare are published (everything, listed) but it has no replica"
                + " identity: PostgreSQL refuses to update it. Add a primary key, or"
                + " ALTER TABLE \"app\".\"bare\" REPLICA IDENTITY FULL;");
    assertThat(report("app.users").notes())
        .contains(
            "updates of app.users are published (everything, listed):"
                + " watch how far their consumers lag.");
    database.execute("ALTER TABLE app.bare REPLICA IDENTITY FULL");
    assertThat(refusals("app.bare")).isEmpty();
  }

  @Test
  void anUnloggedTableIsNeverPublished() {
    database.execute(
        "ALTER TABLE app.bare SET UNLOGGED; CREATE PUBLICATION everything FOR ALL TABLES");
    assertThat(refusals("app.bare")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aPartitionNeedsItsOwnReplicaIdentityAlsoIfItsRootIsPublished(PostgresServer server) {
    use(server);
    database.execute(
        """
        CREATE PUBLICATION root FOR TABLE app.orders WITH (publish_via_partition_root);
        ALTER TABLE app.orders_2 REPLICA IDENTITY NOTHING
        """);
    String refusal =
        "updates of app.orders_2 are published (root) but it has no replica identity: PostgreSQL"
            + " refuses to update it. Add a primary key, or"
            + " ALTER TABLE \"app\".\"orders_2\" REPLICA IDENTITY FULL;";
    assertThat(refusals("app.orders")).containsExactly(refusal);
    assertThat(refusals("app.orders_2")).containsExactly(refusal);
    assertThat(refusals("app.orders_1")).isEmpty();
    database.execute(
        """
        ALTER TABLE app.orders REPLICA IDENTITY NOTHING;
        ALTER TABLE app.orders_2 REPLICA IDENTITY FULL
        """);
    assertThat(refusals("app.orders")).isEmpty();
  }

  @Test
  @EnabledIf(value = "publishesParts", disabledReason = PUBLISHES_PARTS)
  void aPublishedSchemaReachesPartitionsElsewhere() {
    database.execute(
        """
        CREATE SCHEMA old;
        CREATE TABLE old.orders_3 PARTITION OF app.orders FOR VALUES FROM (20) TO (30);
        ALTER TABLE old.orders_3 REPLICA IDENTITY NOTHING;
        CREATE PUBLICATION whole FOR TABLES IN SCHEMA app WITH (publish_via_partition_root)
        """);
    assertThat(refusals("app.orders")).singleElement().asString().contains("old.orders_3");
    assertThat(refusals("app.bare")).singleElement().asString().contains("(whole)");
    assertThat(refusals("app.users")).isEmpty();
  }

  @Test
  @EnabledIf(value = "publishesParts", disabledReason = PUBLISHES_PARTS)
  void aRowFilterOutsideTheReplicaIdentityIsRefused() {
    database.execute(
        """
        CREATE PUBLICATION eu FOR TABLE app.users WHERE (region = 'eu' AND id > 7);
        CREATE PUBLICATION root FOR TABLE app.orders WHERE (tier = 'x')
          WITH (publish_via_partition_root)
        """);
    assertThat(refusals("app.users"))
        .containsExactly(
            "publication 'eu' filters the rows of app.users by 'region', outside its replica"
                + " identity ('id'): PostgreSQL refuses to update it. Filter by columns of the"
                + " replica identity, or ALTER TABLE \"app\".\"users\" REPLICA IDENTITY FULL;");
    assertThat(refusals("app.orders"))
        .hasSize(2)
        .allMatch(text -> text.startsWith("publication 'root' filters the rows of app.orders_"));
    database.execute("ALTER TABLE app.users REPLICA IDENTITY FULL");
    assertThat(refusals("app.users")).isEmpty();
  }

  @Test
  @EnabledIf(value = "publishesParts", disabledReason = PUBLISHES_PARTS)
  void aColumnListThatDoesNotCoverTheReplicaIdentityIsRefused() {
    database.execute("CREATE PUBLICATION short FOR TABLE app.users (tier, region)");
    assertThat(refusals("app.users"))
        .containsExactly(
            "publication 'short' leaves out 'id' of app.users, which its replica identity needs:"
                + " PostgreSQL refuses to update it. Add it to the column list by ALTER"
                + " PUBLICATION.");
    database.execute("ALTER PUBLICATION short SET TABLE app.users (id, tier)");
    assertThat(refusals("app.users")).isEmpty();
    database.execute("ALTER TABLE app.users REPLICA IDENTITY FULL");
    assertThat(refusals("app.users"))
        .containsExactly(
            "publication 'short' publishes single columns of app.users, whose replica identity is"
                + " FULL: PostgreSQL refuses to update it. Publish all columns, or"
                + " ALTER TABLE \"app\".\"users\" REPLICA IDENTITY DEFAULT;");
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void whatOnlySomeVersionsRefuseIsToldInTheirWords(PostgresServer server) {
    use(server);
    database.execute(
        """
        ALTER TABLE app.users ADD COLUMN shout text GENERATED ALWAYS AS (upper(region)) STORED;
        ALTER TABLE app.users REPLICA IDENTITY FULL;
        CREATE PUBLICATION whole FOR TABLE app.users
        """);
    List<String> refusals = refusals("app.users");
    if (server.version() < 18) {
      assertThat(refusals).isEmpty();
    } else {
      assertThat(refusals)
          .containsExactly(
              "PostgreSQL refuses every UPDATE of app.users: cannot update table \"users\" [42P10]."
                  + " Replica identity must not contain unpublished generated columns."
                  + " Remove what it names, then run again.");
    }
  }

  @Test
  void aRuleThatReplacesEveryUpdateIsRefused() {
    database.execute("CREATE RULE away AS ON UPDATE TO app.users DO INSTEAD NOTHING");
    assertThat(report("app.users").refusals())
        .containsExactly(
            "rule 'away' on app.users replaces every UPDATE (DO INSTEAD): no row would change."
                + " Migrate the table that it leads to, or DROP RULE first.");
    database.execute("ALTER TABLE app.users DISABLE RULE away");
    assertThat(refusals("app.users")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aParentOfInheritanceIsRefused(PostgresServer server) {
    use(server);
    database.execute(
        """
        CREATE TABLE app.admins (PRIMARY KEY (id)) INHERITS (app.users);
        CREATE TABLE app."Roots" (PRIMARY KEY (id)) INHERITS (app.users)
        """);
    assertThat(report("app.users").refusals())
        .containsExactly(
            "tables inherit from app.users (app.\"Roots\", app.admins), and no unique index spans it"
                + " and them: a key may stand in several. Migrate each of them by itself (table:"
                + " app.\"Roots\"); rows of app.users itself once ALTER TABLE app.\"Roots\" NO"
                + " INHERIT app.users; has set the children apart.");
    assertThat(refusals("app.admins")).isEmpty();
    assertThat(refusals("app.orders")).isEmpty();
  }

  /** PostgreSQL's own answer must be the same. */
  private List<String> refusals(String table) {
    List<String> refusals = report(table).refusals();
    assertThat(isUpdatable(table)).as("PostgreSQL updates %s", table).isEqualTo(refusals.isEmpty());
    return refusals;
  }

  private boolean isUpdatable(String table) {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE " + table + " SET tier = 'x'");
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private PreflightReport report(String table) {
    return new Preflight(database.dataSource(), Duration.ofSeconds(5))
        .check(TestMigration.of(table).key("id").set("tier", "'x'").build());
  }
}

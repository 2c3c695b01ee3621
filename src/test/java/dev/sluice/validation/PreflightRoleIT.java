package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What preflight refuses because of the role that the run works as. */
class PreflightRoleIT {
  private TestDatabase database;
  private LimitedRole role;

  @BeforeEach
  void createTable() {
    create(PostgresServer.newest());
  }

  private void use(PostgresServer server) {
    drop();
    create(server);
  }

  private void create(PostgresServer server) {
    database = server.newDatabase();
    role = new LimitedRole(database);
    database.execute(
        """
        CREATE SCHEMA app;
        CREATE TABLE app.users (id int PRIMARY KEY, phone text, tier text)
        """);
  }

  @AfterEach
  void drop() {
    role.close();
    database.close();
  }

  @Test
  void aSchemaThatTheRoleMayNotUseIsRefused() {
    assertThat(refusals(TestMigration.of("app.users").set("tier", "'x'")))
        .containsExactly(
            "role '%1$s' may not use schema 'app'. GRANT USAGE ON SCHEMA \"app\" TO \"%1$s\";"
                .formatted(role.name()));
  }

  @Test
  void missingPrivilegesAreRefusedWithTheirGrant() {
    grant("USAGE ON SCHEMA app");
    TestMigration migration =
        TestMigration.of("app.users").transform(List.of("phone"), List.of("tier"));
    assertThat(refusals(migration))
        .containsExactly(
            "role '%1$s' may not SELECT column 'id', 'tier', 'phone' of app.users."
                    .formatted(role.name())
                + " GRANT SELECT ON \"app\".\"users\" TO \"%s\";".formatted(role.name()),
            "role '%1$s' may not UPDATE column 'tier' of app.users.".formatted(role.name())
                + " GRANT UPDATE ON \"app\".\"users\" TO \"%s\";".formatted(role.name()));

    grant("SELECT ON app.users");
    grant("UPDATE (tier) ON app.users");
    assertThat(refusals(migration)).isEmpty();
  }

  @Test
  void columnsThatOnlyChecksReadNeedTheirGrantToo() {
    grant("USAGE ON SCHEMA app");
    grant("SELECT (id, tier, xmax), UPDATE (tier) ON app.users");
    assertThat(refusals(TestMigration.of("app.users").set("tier", "'x'").distribution("phone")))
        .containsExactly(
            "role '%1$s' may not SELECT column 'phone' of app.users.".formatted(role.name())
                + " GRANT SELECT ON \"app\".\"users\" TO \"%s\";".formatted(role.name()));
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void rowVersionsNeedAGrantThatIncludesThem(PostgresServer server) throws SQLException {
    use(server);
    grant("USAGE ON SCHEMA app");
    grant("SELECT (id, phone, tier), UPDATE (tier) ON app.users");
    assertThat(refusals(TestMigration.of("app.users").set("tier", "phone")))
        .containsExactly(
            ("role '%1$s' may SELECT single columns of app.users, but not 'xmax', which tells a row's"
                    + " version and who holds it. GRANT SELECT ON \"app\".\"users\" TO \"%1$s\";"
                    + " or GRANT SELECT (xmax) ON \"app\".\"users\" TO \"%1$s\";")
                .formatted(role.name()));
    TestMigration transform =
        TestMigration.of("app.users").transform(List.of("phone"), List.of("tier"));
    assertThat(refusals(transform))
        .containsExactly(
            ("role '%1$s' may SELECT single columns of app.users, but not 'xmin', 'xmax', which tells"
                    + " a row's version and who holds it."
                    + " GRANT SELECT ON \"app\".\"users\" TO \"%1$s\";"
                    + " or GRANT SELECT (xmin, xmax) ON \"app\".\"users\" TO \"%1$s\";")
                .formatted(role.name()));
    String read = "SELECT id, xmin, xmax FROM app.users FOR NO KEY UPDATE";
    try (Connection connection = role.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute(read)).hasMessageContaining("permission denied");
      grant("SELECT (xmin, xmax) ON app.users");
      assertThat(refusals(transform)).isEmpty();
      statement.execute(read);
    }
  }

  @Test
  void rowSecurityThatBindsTheRoleIsRefused() {
    grant("USAGE ON SCHEMA app");
    grant("ALL ON app.users");
    database.execute(
        """
        ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
        CREATE POLICY mine ON app.users USING (tier = 'mine')
        """);
    TestMigration migration = TestMigration.of("app.users").set("tier", "phone");
    assertThat(refusals(migration))
        .containsExactly(
            "row-level security of app.users applies to role '%1$s' and would hide rows from the"
                    .formatted(role.name())
                + " migration. ALTER ROLE \"%s\" BYPASSRLS; or run it as a role that the policies"
                    .formatted(role.name())
                + " do not bind.");

    database.execute("ALTER TABLE app.users OWNER TO " + role.name());
    assertThat(refusals(migration)).isEmpty();
    database.execute("ALTER TABLE app.users FORCE ROW LEVEL SECURITY");
    assertThat(refusals(migration)).hasSize(1);
    database.execute("ALTER ROLE %s BYPASSRLS".formatted(role.name()));
    assertThat(refusals(migration)).isEmpty();
  }

  @Test
  void anExpressionOverATableThatTheRoleMayNotReadIsRefused() {
    grant("USAGE ON SCHEMA app");
    grant("ALL ON app.users");
    database.execute("CREATE TABLE app.secrets (id int)");
    TestMigration migration =
        TestMigration.of("app.users")
            .set("tier", "(SELECT max(id)::text FROM app.secrets)")
            .where("tier IS NULL");
    assertThat(new DataPreflight(role.dataSource()).check(migration.build()).refusals())
        .containsExactly(
            "set.tier of app.users: permission denied for table secrets [42501]."
                + " GRANT it to the role.");
  }

  @Test
  void withoutTemporaryViewsTheGuardIsNotAnalysed() {
    grant("USAGE ON SCHEMA app");
    grant("ALL ON app.users");
    database.execute("REVOKE TEMPORARY ON DATABASE %s FROM PUBLIC".formatted(database.name()));
    TestMigration migration =
        TestMigration.of("app.users").set("tier", "phone").where("tier IS NULL");
    PreflightReport report = new DataPreflight(role.dataSource()).check(migration.build());
    assertThat(report.refusals()).isEmpty();
    assertThat(report.notes())
        .containsExactly(
            "the role may not create temporary views, which tell what the guard reads. GRANT"
                + " TEMPORARY ON DATABASE to have it checked and every value verified.");
  }

  private void grant(String what) {
    database.execute("GRANT %s TO %s".formatted(what, role.name()));
  }

  private List<String> refusals(TestMigration migration) {
    return new Preflight(role.dataSource(), Duration.ofSeconds(5))
        .check(migration.build())
        .refusals();
  }
}

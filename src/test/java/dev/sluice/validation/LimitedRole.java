package dev.sluice.validation;

import dev.sluice.testing.TestDatabase;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A role of its own for one test, with no privileges but PUBLIC's. Close it before its database,
 * together with what it has there.
 */
final class LimitedRole implements AutoCloseable {
  private final TestDatabase database;
  private final String name;

  LimitedRole(TestDatabase database) {
    this.database = database;
    this.name = "limited_" + database.name();
    database.execute("CREATE ROLE %s LOGIN PASSWORD 'limited'".formatted(name));
  }

  String name() {
    return name;
  }

  DataSource dataSource() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(database.url());
    source.setUser(name);
    source.setPassword("limited");
    return source;
  }

  @Override
  public void close() {
    database.execute("DROP OWNED BY %1$s; DROP ROLE %1$s".formatted(name));
  }
}

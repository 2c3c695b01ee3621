package dev.sluice.postgres;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.datasource.AbstractDriverBasedDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/** Reads from an application's data source where and how it connects. */
final class SameConnections {

  private SameConnections() {}

  /**
   * A data source that has not connected yet, and shares nothing with the given one.
   *
   * @throws IllegalArgumentException if nobody can tell how it connects
   */
  static HikariDataSource as(DataSource application) {
    return unwrapped(application, HikariDataSource.class)
        .map(SameConnections::asPool)
        .or(
            () ->
                unwrapped(application, AbstractDriverBasedDataSource.class)
                    .flatMap(SameConnections::asSpring))
        .or(() -> unwrapped(application, PGSimpleDataSource.class).map(SameConnections::asDriver))
        .orElseThrow(() -> unknown(application));
  }

  private static <T> Optional<T> unwrapped(DataSource dataSource, Class<T> type) {
    try {
      return dataSource.isWrapperFor(type)
          ? Optional.of(dataSource.unwrap(type))
          : Optional.empty();
    } catch (SQLException e) {
      throw new IllegalArgumentException(
          "%s cannot be unwrapped: %s".formatted(name(dataSource), e.getMessage()), e);
    }
  }

  /** A pool's settings that say where it leads; not those of the pool itself. */
  private static HikariDataSource asPool(HikariDataSource theirs) {
    HikariDataSource ours =
        theirs.getDataSource() == null ? new HikariDataSource() : as(theirs.getDataSource());
    if (theirs.getDataSource() == null) {
      addTarget(theirs, ours);
    }
    ours.setDataSourceProperties(theirs.getDataSourceProperties());
    addRole(ours, theirs.getUsername(), theirs.getPassword());
    if (theirs.getCredentialsProvider() != null) {
      ours.setCredentialsProvider(theirs.getCredentialsProvider());
    }
    if (theirs.getSchema() != null) {
      ours.setSchema(theirs.getSchema());
    }
    if (theirs.getConnectionInitSql() != null) {
      ours.setConnectionInitSql(theirs.getConnectionInitSql());
    }
    return ours;
  }

  private static void addTarget(HikariDataSource theirs, HikariDataSource ours) {
    if (theirs.getJdbcUrl() != null) {
      ours.setJdbcUrl(theirs.getJdbcUrl());
      if (theirs.getDriverClassName() != null) {
        ours.setDriverClassName(theirs.getDriverClassName());
      }
    } else if (PGSimpleDataSource.class.getName().equals(theirs.getDataSourceClassName())) {
      ours.setDataSourceClassName(theirs.getDataSourceClassName());
    } else {
      throw unknown(theirs);
    }
  }

  /** Those two exactly: another one of this kind may give out one connection again and again. */
  private static Optional<HikariDataSource> asSpring(AbstractDriverBasedDataSource theirs) {
    boolean plain =
        theirs.getClass() == DriverManagerDataSource.class
            || theirs.getClass() == SimpleDriverDataSource.class;
    return plain && theirs.getUrl() != null ? Optional.of(asPlain(theirs)) : Optional.empty();
  }

  private static HikariDataSource asPlain(AbstractDriverBasedDataSource theirs) {
    HikariDataSource ours = new HikariDataSource();
    ours.setJdbcUrl(theirs.getUrl());
    Properties properties = theirs.getConnectionProperties();
    if (properties != null) {
      ours.setDataSourceProperties(properties);
    }
    addRole(ours, theirs.getUsername(), theirs.getPassword());
    if (theirs.getSchema() != null) {
      ours.setSchema(theirs.getSchema());
    }
    return ours;
  }

  private static HikariDataSource asDriver(PGSimpleDataSource theirs) {
    HikariDataSource ours = new HikariDataSource();
    ours.setJdbcUrl(theirs.getURL());
    addRole(ours, theirs.getUser(), theirs.getPassword());
    return ours;
  }

  private static void addRole(
      HikariDataSource ours, @Nullable String user, @Nullable String password) {
    if (user != null) {
      ours.setUsername(user);
    }
    if (password != null) {
      ours.setPassword(password);
    }
  }

  private static IllegalArgumentException unknown(DataSource dataSource) {
    return new IllegalArgumentException(
        "%s does not tell where it connects, so that connections beside its own are not possible,"
                .formatted(name(dataSource))
            + " and its own are for the application. Give a HikariDataSource, or a plain"
            + " DriverManagerDataSource or PGSimpleDataSource to the same database.");
  }

  private static String name(DataSource dataSource) {
    return dataSource.getClass().getName();
  }
}

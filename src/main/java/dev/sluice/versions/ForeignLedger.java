package dev.sluice.versions;

import dev.sluice.migration.TableName;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Table;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * What another tool's table says was applied. Read only.
 *
 * @param table where it was read
 * @param kind whose it is
 * @param versions number to when it was applied, as far as the table knows; null: it does not tell
 * @param current the one number that a golang-migrate table holds: all up to it count as applied;
 *     null: {@code versions} are all
 * @param dirty whether the tool says that the current one stopped in its middle
 */
record ForeignLedger(
    TableName table,
    Kind kind,
    SortedMap<BigInteger, Optional<Instant>> versions,
    @Nullable BigInteger current,
    boolean dirty) {

  /** The forms of table that are known, by the columns that they have. */
  enum Kind {
    /** One row with the number reached. Source: golang-migrate, database/postgres/postgres.go. */
    GOLANG_MIGRATE,
    /** A row a change, the last one of each number counts. Source: goose, dialect postgres. */
    GOOSE,
    /** A row a number. Source: the schema_migrations of dbmate and of Rails. */
    ONE_ROW_EACH;

    private List<String> columns() {
      return switch (this) {
        case GOLANG_MIGRATE -> List.of("version", "dirty");
        case GOOSE -> List.of("id", "version_id", "is_applied", "tstamp");
        case ONE_ROW_EACH -> List.of("version");
      };
    }

    private boolean fits(Table table) {
      List<String> names = table.columns().stream().map(column -> column.name().value()).toList();
      return names.containsAll(columns());
    }
  }

  /** Names that are looked for when none is given. */
  static final List<TableName> USUAL =
      List.of(TableName.parse("schema_migrations"), TableName.parse("goose_db_version"));

  ForeignLedger {
    versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
  }

  /** Why there is no one table to read, for the operator. */
  static String notOne(List<TableName> names, List<ForeignLedger> found) {
    if (found.isEmpty()) {
      return "there is no table %s in the search_path. Name it with --table."
          .formatted(listed(names));
    }
    return "there are both tables, %s. Say with --table which one counts."
        .formatted(
            listed(found.stream().map(ForeignLedger::table).toList()).replace(" or ", " and "));
  }

  private static String listed(List<TableName> names) {
    return names.stream().map(TableName::toString).collect(Collectors.joining(" or "));
  }

  /** Empty: there is no such table. */
  static Optional<ForeignLedger> read(TableName name, JdbcOperations jdbc) {
    return new Catalog(jdbc).find(name).map(table -> read(name, table, jdbc));
  }

  private static ForeignLedger read(TableName name, Table table, JdbcOperations jdbc) {
    Kind kind =
        List.of(Kind.values()).stream()
            .filter(form -> form.fits(table))
            .findFirst()
            .orElseThrow(
                () ->
                    new UnknownFormException(
                        ("table %s has the columns of no tool that is known here: wanted are version"
                                + " and dirty, version_id and is_applied, or version alone")
                            .formatted(name)));
    return switch (kind) {
      case GOLANG_MIGRATE -> golangMigrate(name, jdbc);
      case GOOSE -> goose(name, jdbc);
      case ONE_ROW_EACH -> oneRowEach(name, jdbc);
    };
  }

  private static ForeignLedger golangMigrate(TableName name, JdbcOperations jdbc) {
    List<Map.Entry<BigInteger, Boolean>> rows =
        jdbc.query(
            "SELECT version, dirty FROM " + name.quoted(),
            (rs, row) -> Map.entry(number(rs, "version"), rs.getBoolean("dirty")));
    if (rows.size() > 1) {
      throw new UnknownFormException(
          "table %s has %d rows, golang-migrate keeps one".formatted(name, rows.size()));
    }
    BigInteger current = rows.isEmpty() ? BigInteger.valueOf(-1) : rows.get(0).getKey();
    boolean dirty = !rows.isEmpty() && rows.get(0).getValue();
    return new ForeignLedger(name, Kind.GOLANG_MIGRATE, new TreeMap<>(), current, dirty);
  }

  /** The row of number 0 is goose's own. */
  private static ForeignLedger goose(TableName name, JdbcOperations jdbc) {
    SortedMap<BigInteger, Optional<Instant>> versions = new TreeMap<>();
    jdbc.query(
        """
        SELECT version_id, tstamp
        FROM (SELECT DISTINCT ON (version_id) version_id, is_applied, tstamp
              FROM %s
              ORDER BY version_id, id DESC) AS last
        WHERE is_applied
          AND version_id > 0
        """
            .formatted(name.quoted()),
        rs -> {
          versions.put(number(rs, "version_id"), instant(rs));
        });
    return new ForeignLedger(name, Kind.GOOSE, versions, null, false);
  }

  private static ForeignLedger oneRowEach(TableName name, JdbcOperations jdbc) {
    SortedMap<BigInteger, Optional<Instant>> versions = new TreeMap<>();
    jdbc.query(
        "SELECT version FROM " + name.quoted(),
        rs -> {
          versions.put(number(rs, "version"), Optional.empty());
        });
    return new ForeignLedger(name, Kind.ONE_ROW_EACH, versions, null, false);
  }

  private static BigInteger number(ResultSet rs, String column) throws SQLException {
    String text = rs.getString(column);
    if (text == null || !text.strip().matches("-?[0-9]{1,30}")) {
      throw new UnknownFormException(
          "column %s holds '%s', a number is wanted".formatted(column, text));
    }
    return new BigInteger(text.strip());
  }

  private static Optional<Instant> instant(ResultSet rs) throws SQLException {
    return Optional.ofNullable(rs.getTimestamp("tstamp")).map(Timestamp::toInstant);
  }

  boolean isApplied(BigInteger number) {
    return current == null ? versions.containsKey(number) : number.compareTo(current) <= 0;
  }

  /** When, if the table tells. */
  Optional<Instant> appliedAt(BigInteger number) {
    return versions.getOrDefault(number, Optional.empty());
  }

  /** The numbers that the table names. */
  List<BigInteger> named() {
    if (current == null) {
      return List.copyOf(versions.keySet());
    }
    return current.signum() < 0 ? List.of() : List.of(current);
  }

  /** The table is not of a form that is known. */
  static final class UnknownFormException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownFormException(String message) {
      super(message);
    }
  }
}

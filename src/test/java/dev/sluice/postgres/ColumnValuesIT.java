package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each type, read from the server's text form and from its binary form, and written back. */
class ColumnValuesIT {

  /** An expression and the value that it reads as. */
  private record Sample(String sql, @Nullable Object value) {}

  private static final List<Sample> SAMPLES =
      List.of(
          new Sample("NULL::int", null),
          new Sample("7::smallint", 7),
          new Sample("7::int", 7),
          new Sample("7::bigint", 7L),
          new Sample("7::oid", 7L),
          new Sample("1.00::numeric", new BigDecimal("1.00")),
          new Sample("'NaN'::numeric", Double.NaN),
          new Sample("'Infinity'::numeric", Double.POSITIVE_INFINITY),
          new Sample("'-Infinity'::numeric", Double.NEGATIVE_INFINITY),
          new Sample("0.1::real", 0.1f),
          new Sample("0.1::double precision", 0.1),
          new Sample("'NaN'::double precision", Double.NaN),
          new Sample("true", true),
          new Sample("'abc'::varchar(9)", "abc"),
          new Sample("'ab'::char(3)", "ab "),
          new Sample("'ok'::mood", "ok"),
          new Sample("7::positive", 7),
          new Sample(
              "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
              UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
          new Sample("'\\x00ff'::bytea", new byte[] {0, (byte) 0xff}),
          new Sample("'2026-02-28'::date", LocalDate.of(2026, 2, 28)),
          new Sample("'0044-03-15 BC'::date", LocalDate.of(-43, 3, 15)),
          new Sample("'12345-01-02'::date", LocalDate.of(12345, 1, 2)),
          new Sample("'infinity'::date", LocalDate.MAX),
          new Sample("'-infinity'::date", LocalDate.MIN),
          new Sample("'01:02:03.000004'::time", LocalTime.of(1, 2, 3, 4000)),
          new Sample("'24:00'::time", LocalTime.MAX),
          new Sample(
              "'01:02:03+05:30'::timetz",
              OffsetTime.of(1, 2, 3, 0, ZoneOffset.ofHoursMinutes(5, 30))),
          new Sample(
              "'9999-12-31 23:59:59.999999'::timestamp",
              LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000)),
          new Sample("'0044-03-15 12:00 BC'::timestamp", LocalDateTime.of(-43, 3, 15, 12, 0)),
          new Sample("'infinity'::timestamp", LocalDateTime.MAX),
          new Sample("'-infinity'::timestamp", LocalDateTime.MIN),
          new Sample(
              "'2026-07-01 02:00+02'::timestamptz",
              OffsetDateTime.of(2026, 7, 1, 0, 0, 0, 0, ZoneOffset.UTC)),
          new Sample(
              "'0044-03-15 12:00+00 BC'::timestamptz",
              OffsetDateTime.of(-43, 3, 15, 12, 0, 0, 0, ZoneOffset.UTC)),
          new Sample("'infinity'::timestamptz", OffsetDateTime.MAX),
          new Sample("'-infinity'::timestamptz", OffsetDateTime.MIN),
          new Sample("'{\"a\": 1}'::jsonb", "{\"a\": 1}"),
          new Sample("'{\"a\":1}'::json", "{\"a\":1}"),
          new Sample("'<a/>'::xml", "<a/>"),
          new Sample("ARRAY[1, 2]", "{1,2}"),
          new Sample("ARRAY['a b', NULL]", "{\"a b\",NULL}"),
          new Sample("ARRAY[0.5, 1e300]::float8[]", "{0.5,1.0E300}"),
          new Sample("ARRAY[true, NULL]", "{true,NULL}"),
          new Sample("ARRAY['2026-02-28'::date]", "{2026-02-28}"),
          new Sample("'1 day'::interval", "1 day"),
          new Sample("'101'::varbit", "101"),
          new Sample("'10.0.0.1'::inet", "10.0.0.1"),
          new Sample("'<(1,2),3>'::circle", "<(1,2),3>"),
          new Sample("12.5::money", "$12.50"));

  private static TestDatabase database;

  @BeforeAll
  static void createTypes() {
    database = PostgresServer.newest().newDatabase();
    database.execute("CREATE TYPE mood AS ENUM ('ok', 'sad')");
    database.execute("CREATE DOMAIN positive AS int CHECK (VALUE > 0)");
  }

  @AfterAll
  static void drop() {
    database.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepareThreshold=0", "prepareThreshold=-1"})
  void everyTypeReadsAsPromisedAndIsWrittenBack(String transfer) throws SQLException {
    try (Connection connection = connect(transfer)) {
      for (Sample sample : SAMPLES) {
        Object value = read(connection, "SELECT " + sample.sql());
        assertThat(value).as(sample.sql()).isEqualTo(sample.value());
        assertThat(isSame(connection, sample.sql(), PgText.of(value))).as(sample.sql()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepareThreshold=0", "prepareThreshold=-1"})
  void aSerialColumnIsANumber(String transfer) throws SQLException {
    try (Connection connection = connect(transfer)) {
      database.execute(
          """
          DROP TABLE IF EXISTS counted;
          CREATE TABLE counted (a serial, b bigserial, c smallserial, d int GENERATED ALWAYS AS IDENTITY);
          INSERT INTO counted DEFAULT VALUES
          """);
      try (PreparedStatement select =
              connection.prepareStatement("SELECT a, b, c, d FROM counted");
          ResultSet rs = select.executeQuery()) {
        rs.next();
        assertThat(ColumnValues.read(rs, 1, 4)).containsExactly(1, 1L, 1, 1);
      }
    }
  }

  private static Connection connect(String option) throws SQLException {
    return DriverManager.getConnection(
        database.url() + "?" + option, database.server().user(), database.server().password());
  }

  private static @Nullable Object read(Connection connection, String sql) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql);
        ResultSet rs = select.executeQuery()) {
      rs.next();
      return ColumnValues.read(rs, 1);
    }
  }

  private static boolean isSame(Connection connection, String sql, @Nullable String text)
      throws SQLException {
    String compared =
        "SELECT record_send(ROW(%1$s)) = record_send(ROW((%2$s)))"
            .formatted(sql, "SELECT CAST(? AS %s)".formatted(typeOf(connection, sql)));
    try (PreparedStatement select = connection.prepareStatement(compared)) {
      select.setString(1, text);
      try (ResultSet rs = select.executeQuery()) {
        rs.next();
        return rs.getBoolean(1);
      }
    }
  }

  private static String typeOf(Connection connection, String sql) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT pg_typeof(" + sql + ")");
        ResultSet rs = select.executeQuery()) {
      rs.next();
      String type = rs.getString(1);
      return type.equals("character") ? "bpchar" : type; // without a length it would be one letter
    }
  }
}

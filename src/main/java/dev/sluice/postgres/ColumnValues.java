package dev.sluice.postgres;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import org.jspecify.annotations.Nullable;

/**
 * Reads columns as the Java types that {@link dev.sluice.migration.Row#get} promises.
 *
 * <p>{@code smallint} and {@code integer} are Integer, {@code real} Float, {@code double precision}
 * Double, {@code numeric} BigDecimal, except that its NaN and infinities, which BigDecimal lacks,
 * are Double. A date or moment {@code infinity} is the type's MAX, {@code -infinity} its MIN, the
 * time {@code 24:00:00} is {@link LocalTime#MAX}: {@link PgText} writes them back. A domain reads
 * as its base type. An array is the literal that {@link PgText} writes, or that PostgreSQL prints.
 * Every other type is the text that PostgreSQL prints, or its equal ({@code (1,2)} or {@code
 * (1.0,2.0)}).
 */
public final class ColumnValues {

  private ColumnValues() {}

  /**
   * The values of {@code count} columns.
   *
   * @param first of JDBC's numbers, from 1
   */
  public static @Nullable Object[] read(ResultSet rs, int first, int count) throws SQLException {
    @Nullable Object[] values = new Object[count];
    for (int i = 0; i < count; i++) {
      values[i] = read(rs, first + i);
    }
    return values;
  }

  /**
   * One value, or null for NULL.
   *
   * @param column JDBC's number, from 1
   */
  public static @Nullable Object read(ResultSet rs, int column) throws SQLException {
    return switch (rs.getMetaData().getColumnTypeName(column)) {
      // the driver calls a column with a sequence of its own serial
      case "int2", "smallserial", "int4", "serial", "int8", "bigserial", "oid" ->
          rs.getObject(column);
      case "numeric", "float4", "float8", "bool", "uuid", "bytea" -> rs.getObject(column);
      case "date" -> rs.getObject(column, LocalDate.class);
      case "time" -> rs.getObject(column, LocalTime.class);
      case "timetz" -> rs.getObject(column, OffsetTime.class);
      case "timestamp" -> rs.getObject(column, LocalDateTime.class);
      case "timestamptz" -> rs.getObject(column, OffsetDateTime.class);
      // the driver prints these in one of two forms, by how they travelled
      case "_int2", "_int4", "_int8", "_float4", "_float8", "_bool", "_text", "_varchar" ->
          array(rs.getArray(column));
      default -> rs.getString(column);
    };
  }

  private static @Nullable String array(@Nullable Array array) throws SQLException {
    return array == null ? null : PgText.of(array.getArray());
  }
}

package dev.sluice.migration;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row on its way through a {@link RowTransformer}: values to read, values to write. Not safe
 * for concurrent use; a transform must not keep it.
 */
public final class Row {

  private static final Object UNSET = new Object();

  private final Columns columns;
  private final @Nullable Object[] values;
  private final @Nullable Object[] results;

  /** The columns of a transform, shared by all its rows. Names are exact, as in the catalog. */
  public static final class Columns {
    private final List<String> read;
    private final List<String> write;

    public Columns(List<String> read, List<String> write) {
      this.read = List.copyOf(read);
      this.write = List.copyOf(write);
    }

    public List<String> read() {
      return read;
    }

    public List<String> write() {
      return write;
    }
  }

  /**
   * @param values one a read column, in its order; kept, not copied
   */
  public Row(Columns columns, @Nullable Object[] values) {
    if (values.length != columns.read.size()) {
      throw new IllegalArgumentException(
          values.length + " values for " + columns.read.size() + " columns");
    }
    this.columns = columns;
    this.values = values;
    this.results = new Object[columns.write.size()];
    Arrays.fill(results, UNSET);
  }

  /** A row for a transform's own unit test. */
  public static Row of(Map<String, ? extends @Nullable Object> read, String... write) {
    List<String> names = List.copyOf(read.keySet());
    @Nullable Object[] values = names.stream().map(name -> read.get(name)).toArray();
    return new Row(new Columns(names, List.of(write)), values);
  }

  /**
   * A column's value: String, Integer, Long, BigDecimal, Boolean, UUID, byte[], LocalDate,
   * LocalTime, LocalDateTime, OffsetDateTime; other types as PostgreSQL prints them; null for NULL.
   *
   * @throws IllegalArgumentException if the definition does not read the column
   */
  public @Nullable Object get(String column) {
    int index = columns.read.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException(
          "column '%s' is not under transform.read: %s".formatted(column, columns.read));
    }
    return values[index];
  }

  /** The value's text, or null for NULL; the same errors as {@link #get}. */
  public @Nullable String getString(String column) {
    Object value = get(column);
    return value == null ? null : value.toString();
  }

  /**
   * Sets a column's new value; null writes NULL.
   *
   * @throws IllegalArgumentException if the definition does not write the column
   */
  public void set(String column, @Nullable Object value) {
    int index = columns.write.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException(
          "column '%s' is not under transform.write: %s".formatted(column, columns.write));
    }
    results[index] = value;
  }

  /**
   * What was set, in the order of the write columns.
   *
   * @throws IllegalStateException if a column was left unset
   */
  public @Nullable Object[] results() {
    for (int i = 0; i < results.length; i++) {
      if (results[i] == UNSET) {
        throw new IllegalStateException(
            "the transform did not set column '%s'".formatted(columns.write.get(i)));
      }
    }
    return results.clone();
  }
}

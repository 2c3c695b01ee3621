package dev.sluice.backfill;

import dev.sluice.control.Quarantine;
import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.ColumnValues;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.PgText;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.TableKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ItemProcessor;

/**
 * {@code transform:} rows are read without locks and with their version, computed in Java, and
 * written where the version is still the one that was read.
 *
 * <p>A row's version is its {@code xmin}: the transaction that wrote it. A row that the application
 * changed meanwhile is left to the sweep, so that no value is ever computed from an old one.
 */
final class TransformChange implements RowChange<TransformChange.Read, TransformChange.Computed> {

  /** A row as it was read. */
  record Read(Key key, String version, Row row) {}

  /** A row's new values as text, in the order of the written columns. */
  record Computed(Key key, String version, List<@Nullable String> values) {}

  private final PageReader<Read> reader;
  private final RowTransformer transformer;
  private final TransformWriter.Statements statements;
  private final DataSource dataSource;

  TransformChange(
      DataSource dataSource,
      WriteTarget target,
      Change.Transform change,
      RowTransformer transformer,
      RowLock lock) {
    this.dataSource = dataSource;
    this.transformer = transformer;
    this.statements = new TransformWriter.Statements(target, change.write(), lock);
    TableKey key = target.key();
    Row.Columns columns = new Row.Columns(names(change.read()), names(change.write()));
    int width = change.read().size();
    this.reader =
        new PageReader<>(
            dataSource,
            key,
            selectList(key, change.read()),
            target.toDo(),
            (rs, row) -> read(rs, key, columns, width),
            Read::key);
  }

  private static List<String> names(List<Identifier> columns) {
    return columns.stream().map(Identifier::value).toList();
  }

  private static String selectList(TableKey key, List<Identifier> read) {
    String table = key.table().name().quoted();
    String columns =
        IntStream.range(0, read.size())
            .mapToObj(i -> "%s.%s AS _kr%d".formatted(table, read.get(i).quoted(), i + 1))
            .collect(Collectors.joining(", "));
    // no cast: the driver gives an xid as text, and the server casts a row in 0.06 us
    return "%s, %s.xmin AS _kxmin, %s".formatted(key.textColumnList(), table, columns);
  }

  private static Read read(ResultSet rs, TableKey key, Row.Columns columns, int width)
      throws SQLException {
    int firstRead = key.width() + 2;
    return new Read(
        key.read(rs),
        rs.getString(key.width() + 1),
        new Row(columns, ColumnValues.read(rs, firstRead, width)));
  }

  @Override
  public PageReader<Read> reader() {
    return reader;
  }

  @Override
  public ItemProcessor<Read, Computed> processor() {
    return item -> compute(transformer, item);
  }

  /**
   * @throws TransformFailedException if it fails, or gives no row's values
   */
  static Computed compute(RowTransformer transformer, Read item) {
    try {
      transformer.transform(item.row());
    } catch (Exception e) {
      throw new TransformFailedException(item, e);
    }
    return new Computed(item.key(), item.version(), texts(item));
  }

  /**
   * @throws TransformFailedException if a column is left unset, or its value is of no known type
   */
  private static List<@Nullable String> texts(Read item) {
    try {
      @Nullable Object[] results = item.row().results();
      @Nullable String[] texts = new String[results.length];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = PgText.of(results[i]);
      }
      return Arrays.asList(texts);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new TransformFailedException(item, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public String pageLocking(boolean skipLocked) {
    return "";
  }

  @Override
  public ChunkWriter<Computed> writer(boolean skipLocked) {
    return new TransformWriter(dataSource, statements, skipLocked);
  }

  /**
   * The user's transform failed for a row. Comes again: not retried.
   *
   * <p>Neither its message nor a cause: both may quote the row, and this one is stored and logged.
   * The stack trace is the original's.
   */
  static final class TransformFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Quarantine.Found found;

    TransformFailedException(Read row, Exception cause) {
      this(row, cause.getClass().getName() + place(cause));
      setStackTrace(cause.getStackTrace());
    }

    TransformFailedException(Read row, String reason) {
      super("the transform failed for the row with key %s: %s".formatted(row.key(), reason));
      this.found = new Quarantine.Found(row.key(), row.version(), RowFault.inJava(reason));
    }

    /** The row, as it is set aside. */
    Quarantine.Found found() {
      return found;
    }

    private static String place(Exception cause) {
      for (StackTraceElement frame : cause.getStackTrace()) {
        if (!frame.getClassName().startsWith("java.")) {
          return " at %s:%d".formatted(frame.getFileName(), frame.getLineNumber());
        }
      }
      return "";
    }
  }
}
